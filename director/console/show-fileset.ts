import type { FileSetResource, OptionsBlock } from '../../configuration/director-conf.ts';

/**
 * The blocks of a FileSet, a line each: O options, W WD WF R RD RF patterns, I included, E excluded paths; N ends a
 * block. Where Bacula packs the options into letters, they are written out here.
 */
export function showFileSetBlocks({ includes, excludes }: FileSetResource): string[] {
  return [
    ...includes.flatMap(({ options, files, plugins, excludeDirContaining }) => [
      ...options.flatMap(optionsLines),
      ...files.map((path) => `I ${path}`),
      ...plugins.map((plugin) => `P ${plugin}`),
      ...(excludeDirContaining === undefined ? [] : [`Z ${excludeDirContaining}`]),
      'N',
    ]),
    ...excludes.flatMap(({ files }) => [...files.map((path) => `E ${path}`), 'N']),
  ].map((line) => `      ${line}`);
}

const PATTERNS = [
  ['W', 'wild'],
  ['WD', 'wildDir'],
  ['WF', 'wildFile'],
  ['R', 'regex'],
  ['RD', 'regexDir'],
  ['RF', 'regexFile'],
] as const;

/** Switches that are shown when they are not as they are by default. */
const SWITCHES = {
  oneFs: true,
  exclude: false,
  ignoreCase: false,
  recurse: true,
  sparse: false,
  noAtime: false,
  keepAtime: false,
  mtimeOnly: false,
  checkFileChanges: false,
  hardLinks: true,
  honorNodumpFlag: false,
  aclSupport: false,
  xattrSupport: false,
  readFifo: false,
} as const;

function optionsLines(options: OptionsBlock): string[] {
  const { signature, compression, verify } = options;
  const settings = [
    ...(signature ? [`signature=${signature}`] : []),
    ...(compression ? [`compression=${compression.codec.toUpperCase()}${compression.level}`] : []),
    ...(verify ? [`verify=${verify}`] : []),
    ...Object.entries(SWITCHES)
      .filter(([name, usual]) => options[name as keyof typeof SWITCHES] !== usual)
      .map(([name, usual]) => `${name.toLowerCase()}=${usual ? 'no' : 'yes'}`),
  ];
  return [
    ['O', ...settings].join(' '),
    ...PATTERNS.flatMap(([letter, name]) => options[name].map((pattern) => `${letter} ${pattern}`)),
    'N',
  ];
}
