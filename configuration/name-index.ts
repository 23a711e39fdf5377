import type { Problems } from './problem.ts';
import { labelOf, type ResourceNode } from './resource-node.ts';
import { placeOf } from './source.ts';
import { nearest } from './suggestion.ts';
import type { PendingReference, Ref, Resolver } from './value-type.ts';

/** After so many suggestions a conf is broken as a whole, and comparing all names with all names would take long. */
const SUGGESTIONS_MAX = 200;

/** The named resources of a conf, by the type that references use. */
export class NameIndex implements Resolver {
  readonly #byType = new Map<string, Map<string, ResourceNode>>();
  readonly #problems: Problems;
  #suggestions = 0;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** Reports a second resource of the same type and name, and keeps the first. */
  add(node: ResourceNode): void {
    if (node.name === undefined) return;
    const { referredAs } = node.type;
    let nodes = this.#byType.get(referredAs);
    if (!nodes) {
      nodes = new Map<string, ResourceNode>();
      this.#byType.set(referredAs, nodes);
    }
    const earlier = nodes.get(node.name);
    if (!earlier) {
      nodes.set(node.name, node);
      return;
    }
    this.#problems.add(
      'error',
      node.spans.get('name') ?? node.block.name,
      `${labelOf(node)} is defined twice`,
      `the first is at ${placeOf(earlier.block.name)}; rename or remove one`,
    );
  }

  get(resourceType: string, name: string): ResourceNode | undefined {
    return this.#byType.get(resourceType)?.get(name);
  }

  resolve<K extends string>(reference: Ref<K>): Ref<K> | undefined {
    // Until it is resolved, a Ref is the PendingReference that its reader made.
    const pending = reference as PendingReference;
    const node = this.get(pending.resourceType, pending.name);
    if (!node) this.#reportMissing(pending);
    return node?.resource as Ref<K> | undefined;
  }

  #reportMissing({ resourceType, name, span, owner }: PendingReference): void {
    this.#problems.add(
      'error',
      span,
      `${owner} names ${resourceType} "${name}", which is not defined`,
      this.#suggest(resourceType, name),
    );
  }

  #suggest(resourceType: string, name: string): string | undefined {
    const nodes = this.#byType.get(resourceType);
    if (!nodes) return `there is no ${resourceType} at all; add "${resourceType} { Name = "${name}" ... }"`;
    if (this.#suggestions >= SUGGESTIONS_MAX) return undefined;
    this.#suggestions += 1;
    const suggestion = nearest(name, nodes.keys());
    const node = suggestion === undefined ? undefined : nodes.get(suggestion);
    if (node) return `did you mean "${suggestion}" (${placeOf(node.block.name)})?`;
    return nodes.size <= 8
      ? `defined are: ${[...nodes.keys()].map((one) => `"${one}"`).join(', ')}`
      : undefined;
  }
}
