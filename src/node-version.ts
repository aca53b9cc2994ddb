/** Evaluated before anything that an old Node would trip over. */
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 17)) {
  process.stderr.write(
    `Cellar needs Node 22.17 or newer, this is ${process.versions.node}.\n` +
      'npm install brings Node 24 along, and every npm script uses it. If its install script was blocked: npm rebuild node\n',
  );
  process.exit(1);
}
