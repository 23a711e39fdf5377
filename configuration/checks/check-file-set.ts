import type { FileSetResource, IncludeBlock, OptionsBlock } from '../director-resources.ts';
import type { Problems } from '../problem.ts';
import { labelOf, type ResourceNode } from '../resource-node.ts';
import type { Span } from '../source.ts';
import type { Block } from '../syntax.ts';
import { checkedOf } from './check-conf.ts';

const WILD = ['wild', 'wildDir', 'wildFile'] as const;
const REGEX = ['regex', 'regexDir', 'regexFile'] as const;

/** FileSets that back up nothing, or other files and in another way than their author is likely to think. */
export function checkFileSets(nodes: readonly ResourceNode[], problems: Problems): void {
  for (const { node, resource } of checkedOf<FileSetResource>(nodes, 'FileSet')) {
    checkFileSet(node, resource, problems);
  }
}

function checkFileSet(node: ResourceNode, fileSet: Partial<FileSetResource>, problems: Problems): void {
  const includeBlocks = blocksNamed(node.block, 'include');
  if (includeBlocks.length === 0) {
    problems.add('warning', node.block.name, `${labelOf(node)} has no Include: it saves nothing`);
  }
  for (const [index, include] of (fileSet.includes ?? []).entries()) {
    const block = includeBlocks[index] ?? node.block;
    if (include.files.length === 0 && include.plugins.length === 0) {
      problems.add('warning', block.name, 'this Include has no File: it saves nothing', 'add "File = /home"');
    }
    const places = placesOfValues(block);
    for (const file of include.files) checkIncludedFile(file, places.get(file) ?? block.name, problems);
    checkOptions(include, block, problems);
  }
  for (const [index, exclude] of (fileSet.excludes ?? []).entries()) {
    const block = blocksNamed(node.block, 'exclude')[index] ?? node.block;
    const places = placesOfValues(block);
    for (const file of exclude.files) {
      if (/^[*?[/<|\\]|^[A-Za-z]:\//.test(file)) continue;
      problems.add(
        'warning',
        places.get(file) ?? block.name,
        `"${file}" is compared with whole paths, so it leaves out nothing`,
        `write "*/${file}"`,
      );
    }
  }
}

function checkIncludedFile(file: string, span: Span, problems: Problems): void {
  if (/^[<|\\]/.test(file)) return;
  if (!/^(\/|[A-Za-z]:\/)/.test(file)) {
    problems.add(
      'warning',
      span,
      `File "${file}" is not an absolute path: it saves nothing`,
      'begin it with "/"',
    );
  } else if (/[*?]/.test(file)) {
    problems.add(
      'warning',
      span,
      `File "${file}" is taken as it stands: patterns belong in Options`,
      'name the directory, and choose with "Wild File" or "Wild Dir" in Options',
    );
  } else if (/\[[^\]]+\]/.test(file)) {
    problems.add(
      'notice',
      span,
      `File "${file}" is taken as it stands: the brackets are part of the name, and no pattern`,
      'if they are meant as a pattern, name the directory and choose with "Wild File" or "Wild Dir" in Options',
    );
  }
}

/** The Options blocks of an Include: the first with a pattern that matches decides, else the settings of the last. */
function checkOptions(include: IncludeBlock, block: Block, problems: Problems): void {
  const optionBlocks = blocksNamed(block, 'options');
  const placeOf = (index: number): Span => (optionBlocks[index] ?? block).name;
  for (const [index, options] of include.options.entries()) {
    checkPatterns(options, optionBlocks[index] ?? block, problems);
    if (options.exclude && !hasPatterns(options)) {
      problems.add(
        'warning',
        placeOf(index),
        'an Options block that excludes and has no pattern leaves out everything but the File entries themselves',
        'add the patterns that it is meant for, such as "Wild File = "*.tmp""',
      );
    }
  }
  const last = include.options.at(-1);
  if (!last) return;
  explainLastBlock(include.options, last, placeOf, problems);
}

/** Says what the settings of the last block mean, where that is not what the conf seems to say. */
function explainLastBlock(
  all: readonly OptionsBlock[],
  last: OptionsBlock,
  placeOf: (index: number) => Span,
  problems: Problems,
): void {
  const lastIndex = all.length - 1;
  if (last.exclude && hasPatterns(last) && settingsOf(last) !== '') {
    problems.add(
      'notice',
      placeOf(lastIndex),
      `what matches the patterns of this Options block is left out, and all other files are saved with ${settingsOf(last)}: ` +
        'the settings of the last block hold for whatever no pattern decides',
    );
  }
  for (const [index, options] of all.entries()) {
    if (index === lastIndex || options.exclude) continue;
    const lost = [
      options.signature && !last.signature ? 'signature' : '',
      options.compression && !last.compression && !hasPatterns(options) ? 'compression' : '',
    ].filter(Boolean);
    if (lost.length === 0) continue;
    const [holds, has, them] = lost.length === 1 ? ['holds', 'has', 'it'] : ['hold', 'have', 'them'];
    const reach = hasPatterns(options) ? `${holds} only for what its patterns match` : `${has} no effect`;
    problems.add(
      'warning',
      placeOf(index),
      `the ${lost.join(' and ')} of this Options block ${reach}: ` +
        `files that no pattern decides get the settings of the last block, which has no ${lost.join(' and no ')}`,
      `repeat ${them} in the last Options block, or put this block last`,
    );
  }
}

function checkPatterns(options: OptionsBlock, block: Block, problems: Problems): void {
  const places = placesOfValues(block);
  for (const property of WILD) {
    for (const pattern of options[property]) {
      const matchesNothing = !/^[*?[/\\]|^[A-Za-z]:/.test(pattern)
        ? `write "*/${pattern}"`
        : pattern.length > 1 && pattern.endsWith('/')
          ? 'take the "/" at its end away'
          : undefined;
      if (matchesNothing === undefined) continue;
      problems.add(
        'warning',
        places.get(pattern) ?? block.name,
        `the pattern "${pattern}" is compared with whole paths, so it matches nothing`,
        matchesNothing,
      );
    }
  }
}

function hasPatterns(options: OptionsBlock): boolean {
  return [...WILD, ...REGEX].some((property) => options[property].length > 0);
}

/** "SHA1 checksums and GZIP6 compression", or nothing. */
function settingsOf({ signature, compression }: OptionsBlock): string {
  return [
    signature ? `${signature} checksums` : '',
    compression ? `${compression.codec.toUpperCase()}${compression.level} compression` : '',
  ]
    .filter(Boolean)
    .join(' and ');
}

/** The blocks of that name inside a block. */
export function blocksNamed(block: Block, key: string): Block[] {
  return block.entries.filter((entry) => entry.kind === 'block' && entry.key === key) as Block[];
}

/** Where the values of a block were written, by their text. */
export function placesOfValues(block: Block): ReadonlyMap<string, Span> {
  const places = new Map<string, Span>();
  for (const entry of block.entries) {
    const token = entry.kind === 'assignment' ? entry.value[0] : undefined;
    if (token && !places.has(token.text)) places.set(token.text, token);
  }
  return places;
}
