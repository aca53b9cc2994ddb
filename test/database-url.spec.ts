import { userInfo } from 'node:os';
import { databaseTargetOf } from '../src/database/database-url.js';
import { StartupError } from '../src/errors.js';

const PLAIN = { host: 'db', port: 5432, user: 'ada', password: undefined, database: 'cellar', ssl: undefined };

it.each<[string, object]>([
  ['postgres://ada@db/cellar', {}],
  ['postgresql://ada:a%2Fb%25@db:6543/cellar', { port: 6543, password: 'a/b%' }],
  ['postgres://ada:p%zz@db/cellar', { password: 'p%zz' }],
  ['postgres://ada@[::1]/cellar', { host: '::1' }],
  ['postgresql:///cellar?host=/run/postgresql&user=ada', { host: '/run/postgresql' }],
  ['postgresql://ada@%2Frun%2Fpostgresql/cellar', { host: '/run/postgresql' }],
  ['postgresql:///cellar', { host: 'localhost', user: userInfo().username }],
  ['postgres://ada@db/cellar?sslmode=disable', { ssl: false }],
  ['postgres://ada@db/cellar?sslmode=require', { ssl: { rejectUnauthorized: false } }],
  ['postgres://ada@db/cellar?sslmode=verify-full', { ssl: {} }],
])('reads %s', (url, differences) => {
  expect(databaseTargetOf(url)).toEqual({ ...PLAIN, ...differences });
});

it.each([
  ['postgres://ada@db/cellar?sslmode=verify-full&sslrootcert=/nowhere/root.pem', /\/nowhere\/root\.pem/],
  ['postgres://ada@db/cellar?sslmode=verify-ca', /sslrootcert/],
])('refuses %s', (url, why) => {
  expect(() => databaseTargetOf(url)).toThrow(StartupError);
  expect(() => databaseTargetOf(url)).toThrow(why);
});
