import type { NameIndex } from './name-index.ts';
import type { ResourceNode } from './resource-node.ts';
import type { PendingReference } from './value-type.ts';

/** What a Job does not take over: its identity, and the template's own template (one level only). */
const OWN = new Set(['name', 'description', 'jobDefs']);

/**
 * Gives each Job the directives of its JobDefs that it does not set itself. Scripts add up: those of the Job come
 * first. A JobDefs that is not defined is reported when references are resolved.
 */
export function mergeJobDefs(nodes: readonly ResourceNode[], index: NameIndex): void {
  for (const node of nodes) {
    const reference = node.values.get('jobDefs') as PendingReference | undefined;
    if (node.type.use === 'template' || !reference) continue;
    const template = index.get('JobDefs', reference.name);
    if (!template) continue;
    inherit(node, template);
    // It has done its work: a Job as loaded stands for itself.
    node.values.delete('jobDefs');
  }
}

function inherit(job: ResourceNode, template: ResourceNode): void {
  for (const [property, span] of template.spans) {
    if (!OWN.has(property) && !job.spans.has(property)) job.spans.set(property, span);
  }
  for (const [property, value] of template.values) {
    if (OWN.has(property)) continue;
    const own = job.values.get(property);
    if (own === undefined) job.values.set(property, value);
    else if (property === 'runScripts')
      job.values.set(property, [...(own as unknown[]), ...(value as unknown[])]);
  }
}
