import type { ConfResult } from './problem.ts';
import { placeInNode, type ResourceNode } from './resource-node.ts';
import type { Span } from './source.ts';

/** What loading a conf gives, with the places of its resources. */
export interface LoadedConf<T> extends ConfResult<T> {
  readonly places: Places;
}

/** Where the resources of a conf stand: for problems that show only when several confs are compared. */
export class Places {
  readonly #nodes: readonly ResourceNode[];
  #byResource: ReadonlyMap<object, ResourceNode> | undefined;

  constructor(nodes: readonly ResourceNode[]) {
    this.#nodes = nodes;
  }

  /** Of the first of these properties that was written, else of the resource. */
  of(resource: object, ...properties: string[]): Span {
    const node = this.nodeOf(resource);
    const written = properties.find((property) => node.spans.has(property));
    return written === undefined ? node.block.name : placeInNode(node, written);
  }

  /** @throws Error when the resource does not come from this conf. */
  nodeOf(resource: object): ResourceNode {
    this.#byResource ??= new Map(this.#nodes.map((node) => [node.resource, node]));
    const node = this.#byResource.get(resource);
    if (!node) throw new Error('a resource of another conf');
    return node;
  }
}
