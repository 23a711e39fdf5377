import type { Connection } from './connection.ts';
import type { CounterSettings } from './inputs.ts';

const MAKE = `
  INSERT INTO Counters (Counter, MinValue, MaxValue, CurrentValue, WrapCounter)
  VALUES (:name, :minimum, :maximum, :minimum, :wrapCounter)
  ON CONFLICT (Counter) DO UPDATE SET
    MinValue = :minimum, MaxValue = :maximum, WrapCounter = :wrapCounter,
    CurrentValue = iif(CurrentValue BETWEEN :minimum AND :maximum, CurrentValue, :minimum)
  RETURNING CurrentValue`;

/**
 * The value of a Counter of the conf; `increment` moves it on afterwards. Behind its maximum it begins again at its
 * minimum, and its WrapCounter moves on by one.
 */
export function counterValue(
  db: Connection,
  { counter, increment }: { readonly counter: CounterSettings; readonly increment: boolean },
): number {
  const { name, minimum, maximum, wrapCounter } = counter;
  const value =
    db.value<number>(MAKE, { name, minimum, maximum, wrapCounter: wrapCounter?.name ?? '' }) ?? minimum;
  if (!increment) return value;
  const isLast = value >= maximum;
  db.run('UPDATE Counters SET CurrentValue = :next WHERE Counter = :name', {
    name,
    next: isLast ? minimum : value + 1,
  });
  if (isLast && wrapCounter !== undefined) counterValue(db, { counter: wrapCounter, increment: true });
  return value;
}
