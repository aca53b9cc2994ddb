const ADJECTIVES =
  'amber bold brisk calm clear deft eager fair fleet gentle glad grand keen kind light lively lucid mellow merry mild neat nimble noble placid plucky proud quick quiet rapid ready serene sharp shy silent sleek smooth snug solid spry steady still stoic sunny sure swift tidy warm wise witty'.split(
    ' ',
  );

const NOUNS =
  'auk badger bat bear beaver bee bison boar carp cat colt crab crane crow deer dove duck eel elk ewe falcon fawn finch fish fox frog gnu goat goose grouse gull hare hawk hen heron horse ibis jay kite koi lark lynx mole moose moth mule newt otter owl ox perch pig quail rat raven rook seal shad sheep shrew shrimp skunk sloth snail squid stork swan tern toad trout wasp whale wolf wren yak'.split(
    ' ',
  );

/** The tag by which MLflow's clients know a run's name; here it is the run's name and no tag. */
export const RUN_NAME_TAG = 'mlflow.runName';

/** The most characters of a name. */
export const RUN_NAME_LIMIT = 500;

/** A name for a run that was given none, such as calm-heron-417. */
export function generatedRunName(): string {
  return `${ADJECTIVES[below(ADJECTIVES.length)]}-${NOUNS[below(NOUNS.length)]}-${below(1000)}`;
}

function below(limit: number): number {
  return Math.floor(Math.random() * limit);
}
