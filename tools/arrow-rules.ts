import type { IForbiddenRuleType } from 'dependency-cruiser';

/**
 * Who may import whom: the arrows of the source tree, from a folder to the folders it may import from besides itself.
 * Every first-level folder with sources has its row. A new arrow is a design decision and comes with a page in
 * docs/adr/.
 */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  proto: [],
  native: ['errors'],
  text: ['errors'],
  commands: ['errors'],
  calendar: ['errors', 'text'],
  configuration: ['errors', 'text', 'calendar'],
  volume: ['errors', 'native', 'proto', 'text'],
  transport: ['errors', 'proto', 'text'],
  daemon: ['errors', 'configuration', 'text'],
  catalog: ['errors', 'proto', 'volume', 'text'],
  'storage-daemon': ['volume', 'transport', 'configuration', 'daemon', 'native', 'proto', 'text', 'errors'],
  'file-daemon': [
    'volume',
    'transport',
    'configuration',
    'daemon',
    'commands',
    'native',
    'proto',
    'text',
    'errors',
  ],
  director: [
    'volume',
    'transport',
    'configuration',
    'daemon',
    'commands',
    'proto',
    'text',
    'errors',
    'catalog',
    'calendar',
  ],
  console: ['transport', 'configuration', 'daemon', 'proto', 'text', 'errors'],
  tools: [
    'errors',
    'native',
    'proto',
    'text',
    'calendar',
    'configuration',
    'volume',
    'transport',
    'daemon',
    'catalog',
    'console',
    'director',
    'file-daemon',
  ],
};

/** Folders whose sources may import everything: they are no part of the product. */
export const FREE_FOLDERS: readonly string[] = ['test', 'bench'];

const GRPC_OR_SQLITE = 'node_modules/(@grpc/grpc-js|better-sqlite3)/';

/** The arrows as rules of dependency-cruiser, with the rules that no table of folders can say. */
export function arrowRules(): IForbiddenRuleType[] {
  const folders = [...Object.keys(ARROWS), ...FREE_FOLDERS];
  const rows = Object.entries(ARROWS).map(([folder, allowed]): IForbiddenRuleType => {
    const others = folders.filter((other) => other !== folder && !allowed.includes(other));
    return {
      name: `${folder}/ may import only from ${allowed.join(', ') || 'itself'}`,
      severity: 'error',
      from: { path: `^${folder}/` },
      to: { path: `^(${others.join('|')})/` },
    };
  });
  return [
    ...rows,
    {
      name: 'imports must not run in a circle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'every import must be there',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'calendar/, configuration/ and volume/ must not reach gRPC or SQLite',
      severity: 'error',
      from: { path: '^(calendar|configuration|volume)/' },
      to: { path: GRPC_OR_SQLITE, reachable: true },
    },
    {
      name: 'only catalog/ may use SQLite',
      severity: 'error',
      from: { pathNot: '^catalog/' },
      to: { path: 'node_modules/better-sqlite3/' },
    },
  ];
}
