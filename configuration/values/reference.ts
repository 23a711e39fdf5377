import type { Token } from '../syntax.ts';
import type { AssignedType, PendingReference, ReadContext, Ref } from '../value-type.ts';
import { listTokens } from './list.ts';
import { quote, readText } from './text.ts';

/** The name of one resource of type `resourceType`. */
export function reference<const K extends string>(resourceType: K): AssignedType<Ref<K>> {
  const type: AssignedType<Ref<K>> = {
    form: 'assigned',
    title: `the name of a ${resourceType}`,
    example: quote(EXAMPLE_NAMES[resourceType] ?? 'Default'),
    repeated: 'refused',
    read(assignment, context) {
      const token = readText(assignment, context, type);
      return token && pendingReference(resourceType, token, context);
    },
    format: (value) => [quote(value.name)],
    resolve: (value, resolver) => resolver.resolve(value),
  };
  return type;
}

/** The names of several resources, separated by commas; further lines add to them. */
export function references<const K extends string>(resourceType: K): AssignedType<readonly Ref<K>[]> {
  const type: AssignedType<readonly Ref<K>[]> = {
    form: 'assigned',
    title: `the names of one or more ${resourceType} resources`,
    example: quote(EXAMPLE_NAMES[resourceType] ?? 'Default'),
    repeated: 'adds',
    read: (assignment, context) =>
      listTokens(assignment, context, type)?.map((token) => pendingReference(resourceType, token, context)),
    format: (value) => (value.length === 0 ? [] : [value.map((one) => quote(one.name)).join(', ')]),
    resolve: (value, resolver) =>
      value.map((one) => resolver.resolve(one)).filter((one) => one !== undefined),
  };
  return type;
}

/** A reference by name, to be resolved when all resources are known. */
export function pendingReference(resourceType: string, name: Token, context: ReadContext): PendingReference {
  return { resourceType, name: name.text, span: name, owner: context.owner };
}

const EXAMPLE_NAMES: Readonly<Record<string, string>> = {
  Client: 'web1-fd',
  Storage: 'File',
  Messages: 'Standard',
  Schedule: 'WeeklyCycle',
  FileSet: 'Full Set',
  Catalog: 'MyCatalog',
};
