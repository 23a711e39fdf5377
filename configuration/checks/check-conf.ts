import type { Problems } from '../problem.ts';
import { labelOf, type ResourceNode } from '../resource-node.ts';
import type { SourceReader } from '../source-reader.ts';
import { placeOf, type Source } from '../source.ts';

/**
 * A resource as a check sees it: checks also run on confs with errors, in which required values may be missing.
 * Lists and values with a default are always there.
 */
export interface Checked<T> {
  readonly node: ResourceNode;
  readonly resource: Partial<T>;
}

/** The resources of some types, for checks. */
export function checkedOf<T>(nodes: readonly ResourceNode[], ...types: string[]): Checked<T>[] {
  return nodes
    .filter((node) => types.includes(node.type.name))
    .map((node) => ({ node, resource: node.resource as Partial<T> }));
}

/** The resources of some types in their typed form. Only for a conf without errors. */
export function resourcesOf<T>(nodes: readonly ResourceNode[], ...types: string[]): T[] {
  return checkedOf<T>(nodes, ...types).map(({ resource }) => resource as T);
}

/** Gives the daemon's own resource the first Messages resource, when it names none. */
export function setDefaultMessages(nodes: readonly ResourceNode[], type: string): void {
  const [first] = nodes.filter((node) => node.type.name === 'Messages');
  if (!first) return;
  for (const { resource } of nodes.filter((node) => node.type.name === type))
    resource['messages'] ??= first.resource;
}

/** Reports a resource type that must be there exactly once and is not. */
export function checkExactlyOne(
  nodes: readonly ResourceNode[],
  type: string,
  file: string,
  problems: Problems,
): void {
  const [first, ...further] = nodes.filter((node) => node.type.name === type);
  if (!first) {
    // When the file could not be read at all, that has been said.
    if (nodes.length > 0 || !problems.hasErrors) {
      problems.addForFile('error', file, `there is no ${type} resource`, `add "${type} { Name = ... }"`);
    }
    return;
  }
  for (const node of further) {
    problems.add(
      'error',
      node.block.name,
      `there is a second ${type} resource`,
      `one daemon has one; the first is at ${placeOf(first.block.name)}`,
    );
  }
}

/** Reports that there must be at least one resource of a type. */
export function checkAtLeastOne(
  nodes: readonly ResourceNode[],
  type: string,
  file: string,
  problems: Problems,
  consequence: string,
): void {
  if (nodes.length === 0 || nodes.some((node) => node.type.name === type)) return;
  problems.addForFile('error', file, `there is no ${type} resource: ${consequence}`);
}

/** Passwords that everybody can read, or that were never set. */
export function checkPasswords(
  nodes: readonly ResourceNode[],
  reader: SourceReader,
  problems: Problems,
): void {
  const sources = new Set<Source>();
  for (const node of nodes) {
    const place = node.spans.get('password');
    const { password } = node.resource;
    if (!place || typeof password !== 'string') continue;
    if (/^@@\w+@@$/.test(password)) {
      problems.add(
        'warning',
        place,
        `the Password of ${labelOf(node)} is still a placeholder`,
        'run "noctule init", or set it to the same secret on both sides',
      );
    } else if (place.source.kind === 'file') {
      sources.add(place.source);
    }
  }
  for (const { name } of sources) {
    if (!reader.isWorldReadable(name)) continue;
    const message = 'it holds passwords, and every user of this machine can read it';
    problems.addForFile('warning', name, message, `chmod 640 ${name}`);
  }
}
