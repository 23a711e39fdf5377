import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { type ArrowReport, checkArrows, judge } from '../../../tools/check-arrows.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** A small tree in which every import is allowed. */
const SOUND = {
  'errors/error.ts': 'export class E extends Error {}\n',
  'text/table.ts': "import { E } from '../errors/error.ts';\nexport const table = new E();\n",
  'calendar/run.ts': "import type { E } from '../errors/error.ts';\nexport type Run = E;\n",
  'catalog/database.ts':
    "import { Database } from 'better-sqlite3';\nexport const database = new Database();\n",
  'proto/service.ts': "import { Server } from '@grpc/grpc-js';\nexport const server = new Server();\n",
  'proto/message.ts': 'export interface Message {}\n',
  'volume/label.ts': "import type { Message } from '../proto/message.ts';\nexport type Label = Message;\n",
  'director/main.ts': "import { database } from '../catalog/database.ts';\nexport const d = database;\n",
  'test/free.ts': "import '../director/main.ts';\nimport '../storage-daemon/main.ts';\n",
  'storage-daemon/main.ts': 'export const main = 1;\n',
  'node_modules/better-sqlite3/package.json': '{ "name": "better-sqlite3", "main": "index.js" }',
  'node_modules/better-sqlite3/index.js': 'exports.Database = class {};\n',
  'node_modules/@grpc/grpc-js/package.json': '{ "name": "@grpc/grpc-js", "main": "index.js" }',
  'node_modules/@grpc/grpc-js/index.js': 'exports.Server = class {};\n',
};

async function reportOn(files: Record<string, string>): Promise<ArrowReport> {
  using directory = temporaryDirectory();
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory.path, file)), { recursive: true });
    writeFileSync(join(directory.path, file), text);
  }
  return await checkArrows(directory.path);
}

describe('the check of the arrows', () => {
  it('passes a sound tree and says what it saw', async () => {
    expect(await reportOn(SOUND)).toEqual({ problems: [], fileCount: 9, arrowCount: 4 });
  });

  it.each([
    [
      'an import of a type from a higher folder',
      { 'text/up.ts': "import type { Run } from '../calendar/run.ts';\nexport type Up = Run;\n" },
      'text/up.ts -> calendar/run.ts: text/ may import only from errors',
    ],
    [
      'a daemon that imports another daemon',
      { 'director/peek.ts': "export { main } from '../storage-daemon/main.ts';\n" },
      'director/peek.ts -> storage-daemon/main.ts: director/ may import only from',
    ],
    [
      'a source that imports a test',
      { 'errors/tested.ts': "import '../test/free.ts';\n" },
      'errors/tested.ts -> test/free.ts: errors/ may import only from itself',
    ],
    [
      'a dynamic import',
      { 'errors/late.ts': "export const late = import('../text/table.ts');\n" },
      'errors/late.ts -> text/table.ts: errors/ may import only from itself',
    ],
    [
      'files that import each other, if only types',
      {
        'text/one.ts': "import type { Two } from './two.ts';\nexport type One = Two[];\n",
        'text/two.ts': "import type { One } from './one.ts';\nexport type Two = One | 2;\n",
      },
      'text/one.ts -> text/two.ts -> text/one.ts: imports must not run in a circle',
    ],
    [
      'gRPC behind a file that volume/ may import',
      { 'volume/reader.ts': "export { server } from '../proto/service.ts';\n" },
      'volume/reader.ts -> proto/service.ts -> node_modules/@grpc/grpc-js/index.js: calendar/, configuration/ and volume/ must not reach',
    ],
    [
      'SQLite outside the catalog',
      { 'director/sql.ts': "import 'better-sqlite3';\n" },
      'director/sql.ts -> node_modules/better-sqlite3/index.js: only catalog/ may use SQLite',
    ],
    [
      'an import of nothing',
      { 'text/lost.ts': "import './gone.ts';\n" },
      'text/lost.ts -> ./gone.ts: every import must be there',
    ],
    [
      'a folder that nobody thought of',
      { 'utils/misc.ts': 'export const misc = 1;\n' },
      'utils/ has no row in tools/arrow-rules.ts',
    ],
  ])('fails on %s', async (_, added, problem) => {
    const { problems } = await reportOn({ ...SOUND, ...added });
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  it('fails when it saw fewer files than there are', () => {
    const modules = [{ source: 'text/table.ts', dependencies: [{ resolved: 'errors/error.ts' }] }];
    expect(judge(['errors/error.ts', 'text/table.ts'], { modules, violations: [] }).problems).toEqual([
      'errors/error.ts exists and was not looked at',
    ]);
  });

  it('fails when it saw no import between folders', async () => {
    const { problems } = await reportOn({
      'text/table.ts': 'export {};\n',
      'errors/error.ts': 'export {};\n',
    });
    expect(problems).toEqual([expect.stringContaining('the check itself must be broken')]);
  });
});
