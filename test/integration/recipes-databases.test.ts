import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recipeBlock } from '../support/recipe.ts';
import { reported, siteUnderTest, type SiteUnderTest } from '../support/site-under-test.ts';

/** A database of this name belongs to the test, on servers that the packages of Debian have set up. */
const DATABASE = 'noctule_recipe';
const ROWS = 20_000;

interface Server {
  /** Throws where the server, or the right to start it, is missing. */
  start(): void;
  stop(): void;
  /** What a statement prints. */
  sql(statement: string, database?: string): string;
}

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { stdio: 'pipe' }).toString().trim();

const postgresql: Server = {
  start() {
    const [version = '', cluster = ''] = run('pg_lsclusters', '--no-header').split(/\s+/);
    run('pg_ctlcluster', version, cluster, 'restart');
  },
  stop() {
    const [version = '', cluster = ''] = run('pg_lsclusters', '--no-header').split(/\s+/);
    run('pg_ctlcluster', version, cluster, 'stop', '--mode=fast');
  },
  sql: (statement, database = 'postgres') =>
    run('runuser', '-u', 'postgres', '--', 'psql', '-qtA', '-d', database, '-c', statement),
};

const mariadb: Server = {
  start: () => void run('service', 'mariadb', 'start'),
  stop: () => void run('service', 'mariadb', 'stop'),
  sql: (statement, database = 'mysql') => run('mariadb', '-N', '-e', statement, database),
};

function canRun(server: Server): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    server.start();
    server.sql('SELECT 1');
    return true;
  } catch {
    return false; // not installed, or not allowed here
  }
}

describe.each([
  ['postgresql', 'PostgreSQL', postgresql],
  ['mariadb', 'MariaDB', mariadb],
])('the recipe for %s', (page, job, server) => {
  const isThere = canRun(server);
  let held: SiteUnderTest;
  beforeAll(async () => {
    if (!isThere) return;
    server.sql(`DROP DATABASE IF EXISTS ${DATABASE}`);
    server.sql(`CREATE DATABASE ${DATABASE}`);
    server.sql('CREATE TABLE goods (id INTEGER PRIMARY KEY, name VARCHAR(200))', DATABASE);
    const rows = Array.from({ length: ROWS }, (_, id) => `(${id}, 'goods \u00e4 ${'x'.repeat(100)} ${id}')`);
    for (let from = 0; from < ROWS; from += 500) {
      server.sql(`INSERT INTO goods VALUES ${rows.slice(from, from + 500).join(', ')}`, DATABASE);
    }
    const directorConf = recipeBlock(page, 'director', { shop: DATABASE });
    held = await siteUnderTest({ makeSource: (source) => mkdirSync(source), directorConf });
  });
  afterAll(async () => {
    if (!isThere) return;
    await held[Symbol.asyncDispose]();
    server.sql(`DROP DATABASE IF EXISTS ${DATABASE}`);
    server.stop();
  });

  it.skipIf(!isThere)('saves the database in the job, and its restore brings the rows back', async () => {
    const sum = () => server.sql('SELECT COUNT(*), SUM(id), MAX(name) FROM goods', DATABASE);
    const before = sum();
    const saved = await held.console(`run job=${job} yes\nwait\nmessages\n`);
    expect(reported(saved, 'Termination')).toBe('Backup OK');

    server.sql('DELETE FROM goods WHERE id > 10', DATABASE);
    server.sql('CREATE TABLE of_later (id INTEGER)', DATABASE);
    expect(sum()).not.toBe(before);
    const command = /echo '(.*)' \| nconsole/.exec(recipeBlock(page, 'restore', { shop: DATABASE }))![1]!;
    const restored = await held.console(`${command}\nwait\nmessages\n`);
    expect(reported(restored, 'Termination')).toBe('Restore OK');
    expect(sum()).toBe(before);
    expect(() => server.sql('SELECT * FROM of_later', DATABASE)).toThrow();
  });

  it.skipIf(!isThere)(
    'says what the tool says when the database is not there, and keeps the last dump',
    async () => {
      server.sql(`DROP DATABASE ${DATABASE}`);
      const failed = await held.console(`run job=${job} yes\nwait\nmessages\n`);
      expect(reported(failed, 'Termination')).toBe('Backup OK -- with warnings');
      expect(failed).toMatch(
        new RegExp(`"/${page}/${DATABASE}\\.sql" is not saved: .* ended with status [1-9]`),
      );
      expect(failed).toMatch(/(does not exist|Unknown database)/);
    },
  );
});
