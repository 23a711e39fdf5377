import { describe, expect, it } from 'vitest';
import { readingOrder } from '../../../../director/bootstrap/reading-order.ts';
import type { WantedSession } from '../../../../director/bootstrap/wanted-sessions.ts';

function session(volSessionId: number, ...volumeNames: string[]): WantedSession {
  const volumes = volumeNames.map((volumeName) => ({ volumeName, storage: 'File', mediaType: 'File' }));
  return { volSessionId, volSessionTime: 1, volumes, fileIndexes: [], conditions: [] };
}

/** As "V1: 1 2" for a pass over V1 for the sessions 1 and 2. */
function order(...sessions: WantedSession[]): string[] {
  return readingOrder(sessions).map(
    ({ volume, sessions: of }) =>
      `${volume.volumeName}: ${of.map(({ volSessionId }) => volSessionId).join(' ')}`,
  );
}

describe('the order in which volumes are read', () => {
  it('is that of the file, each once for all its sessions', () => {
    expect(order(session(1, 'F1', 'F2'), session(2, 'F2', 'I3'), session(3, 'I3'))).toEqual([
      'F1: 1',
      'F2: 1 2',
      'I3: 2 3',
    ]);
  });

  it('waits with a volume for another that a later session names before it', () => {
    expect(order(session(1, 'V1', 'V3'), session(2, 'V2', 'V3'))).toEqual(['V1: 1', 'V2: 2', 'V3: 1 2']);
  });

  it('reads a volume twice when there is no other way', () => {
    expect(order(session(1, 'V1', 'V2'), session(2, 'V2', 'V1'))).toEqual(['V1: 1', 'V2: 1 2', 'V1: 2']);
  });

  it('is empty without sessions', () => {
    expect(order()).toEqual([]);
  });
});
