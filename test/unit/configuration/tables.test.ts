import { describe, expect, test } from 'vitest';
import { findDirective } from '../../../configuration/read-directives.ts';
import type { ConfSchema } from '../../../configuration/resource-type.ts';
import { CONSOLE_SCHEMA } from '../../../configuration/schemas/console.ts';
import { DIRECTOR_SCHEMA } from '../../../configuration/schemas/director.ts';
import { FILE_DAEMON_SCHEMA } from '../../../configuration/schemas/file-daemon.ts';
import { STORAGE_SCHEMA } from '../../../configuration/schemas/storage-daemon.ts';
import { canonicalName } from '../../../configuration/syntax.ts';
import type { DirectiveTable } from '../../../configuration/value-type.ts';
import { KNOWN_DIRECTIVES } from './support/known-directives.ts';

/** Properties that have another name than their directive, because they hold several of it or of others. */
const RENAMED: Readonly<Record<string, string>> = {
  'Schedule: Run': 'runs',
  'RunScript: Command': 'commands',
  'FileSet: Include': 'includes',
  'FileSet: Exclude': 'excludes',
  'Include: File': 'files',
  'Exclude: File': 'files',
  'Include: Plugin': 'plugins',
  'Job: RunScript': 'runScripts',
  'Autochanger: Device': 'devices',
  'Options: wilddir': 'wildDir',
  'Options: wildfile': 'wildFile',
  'Options: regexdir': 'regexDir',
  'Options: regexfile': 'regexFile',
  'Options: onefs': 'oneFs',
  'Options: noatime': 'noAtime',
  'Options: keepatime': 'keepAtime',
  'Options: mtimeonly': 'mtimeOnly',
  'Options: checkfilechanges': 'checkFileChanges',
  'Options: hardlinks': 'hardLinks',
  'Options: aclsupport': 'aclSupport',
  'Options: xattrsupport': 'xattrSupport',
  'Options: fstype': 'fsTypes',
  'Options: drivetype': 'driveTypes',
  'Options: readfifo': 'readFifo',
  'Options: hfsplussupport': 'hfsPlusSupport',
  'Options: strippath': 'stripPath',
  'Options: enhancedwild': 'enhancedWild',
  'Options: basejob': 'baseJob',
  'Messages: mailonerror': 'mailOnError',
  'Messages: mailonsuccess': 'mailOnSuccess',
};

/** All tables of a schema, those of blocks too, each with its name. */
function tablesOf(schema: ConfSchema): [string, DirectiveTable][] {
  const withBlocks = (name: string, table: DirectiveTable): [string, DirectiveTable][] => [
    [name, table],
    ...Object.values(table).flatMap(({ name: inner, type }) =>
      type.form === 'block' && type.table ? withBlocks(inner, type.table) : [],
    ),
  ];
  return schema.types
    .filter((type) => type.use === 'resource')
    .flatMap((type) => withBlocks(type.name, type.table));
}

const ALL_TABLES = [DIRECTOR_SCHEMA, STORAGE_SCHEMA, FILE_DAEMON_SCHEMA, CONSOLE_SCHEMA].flatMap(tablesOf);

function tableAt(schema: ConfSchema, path: string): DirectiveTable {
  const [first = '', ...blocks] = path.split(': ');
  let table = schema.types.find((type) => type.name === first)?.table;
  for (const block of blocks) {
    const type = table && findDirective(table, canonicalName(block))?.directive.type;
    table = type?.form === 'block' ? type.table : undefined;
  }
  if (!table) throw new Error(`no table for ${path}`);
  return table;
}

test.each(
  KNOWN_DIRECTIVES.map(([schema, resource, names]) => [schema.program, resource, names, schema] as const),
)('%s: every directive of %s is in its table', (_program, resource, names, schema) => {
  const table = tableAt(schema, resource);
  const missing = names.split(', ').filter((name) => !findDirective(table, canonicalName(name)));
  expect(missing).toEqual([]);
});

describe('every directive', () => {
  test('sets the property of its name in camel case', () => {
    for (const [resource, table] of ALL_TABLES) {
      for (const [property, { name, isInternal }] of Object.entries(table)) {
        if (isInternal) continue;
        if (property === RENAMED[`${resource}: ${name}`]) continue;
        // Initialisms are words: "FD Port" is fdPort, "SD Calls Client" sdCallsClient.
        expect(`${resource}: ${property}`.toLowerCase()).toBe(
          `${resource}: ${canonicalName(name)}`.toLowerCase(),
        );
        expect(property, `${resource}: ${name}`).toMatch(/^[a-z]+([A-Z][a-z]+)*$/);
      }
    }
  });

  test('has a sentence of help without full stop, and a reason when it does not work', () => {
    for (const [resource, table] of ALL_TABLES) {
      for (const { name, help, status } of Object.values(table)) {
        expect(help, `${resource}: ${name}`).toMatch(/^["A-Z0-9].*[^.]$/);
        if (status.kind !== 'works') expect(status.reason, `${resource}: ${name}`).toMatch(/[^.]$/);
      }
    }
  });

  test('is meant by one name only', () => {
    for (const [resource, table] of ALL_TABLES) {
      const names = Object.values(table).flatMap((one) => [one.name, ...one.aliases].map(canonicalName));
      expect(new Set(names).size, resource).toBe(names.length);
    }
  });

  test('is not both required and given a default', () => {
    for (const [resource, table] of ALL_TABLES) {
      for (const { name, required, default: value } of Object.values(table)) {
        const hasDefault = value !== undefined && !(Array.isArray(value) && value.length === 0);
        expect(required && hasDefault, `${resource}: ${name}`).toBe(false);
      }
    }
  });
});
