import { expect, it } from 'vitest';
import type { JobRow } from '../../../../catalog/rows.ts';
import { requireDifferentSessions } from '../../../../director/jobs/stream-copy.ts';

const SECOND = 1_795_232_374;

const source = (jobId: number, volSessionId: number, volSessionTime: number) =>
  ({ jobId, volSessionId, volSessionTime }) as JobRow;

it('jobs whose blocks could not be told apart are not put together', () => {
  const three = [source(1, 7, SECOND), source(2, 8, SECOND), source(3, 7, SECOND + 1)];
  expect(() => requireDifferentSessions(three)).not.toThrow();
  expect(() => requireDifferentSessions([...three, source(4, 8, SECOND)])).toThrow(
    `JobId 2 and JobId 4 cannot be put together: on the volumes both are session 8/${SECOND}`,
  );
});
