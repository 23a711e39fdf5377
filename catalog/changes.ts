import type { Value } from './connection.ts';

/** What an operation may change: its property, and the column and form it takes there. */
export type Changeable<C> = {
  readonly [K in keyof C]-?: readonly [column: string, toValue: (value: C[K]) => Value];
};

/**
 * The SET part of an UPDATE for the properties that are there, with the values by their names; undefined when there is
 * nothing to change. Columns come from the table of constants only.
 */
export function updateOf<C extends object>(
  changeable: Changeable<C>,
  changes: C,
): { set: string; values: Record<string, Value> } | undefined {
  const names = (Object.keys(changeable) as (keyof C & string)[]).filter(
    (name) => changes[name] !== undefined,
  );
  if (names.length === 0) return undefined;
  return {
    set: names.map((name) => `${changeable[name][0]} = :${name}`).join(', '),
    values: Object.fromEntries(names.map((name) => [name, changeable[name][1](changes[name])])),
  };
}
