import type { WantedSession, WantedVolume } from './wanted-sessions.ts';

/** A volume that is read once, and for which sessions. */
export interface VolumePass {
  readonly volume: WantedVolume;
  readonly sessions: readonly WantedSession[];
}

/**
 * In which order volumes are read, so that each session has its own in the order in which it names them: its records follow on each
 * other. No volume is read twice, unless sessions name two volumes in contrary orders.
 */
export function readingOrder(sessions: readonly WantedSession[]): VolumePass[] {
  const passes: VolumePass[] = [];
  let left = sessions.map((session) => ({ session, volumes: session.volumes }));
  for (;;) {
    left = left.filter(({ volumes }) => volumes.length > 0);
    const wanting = Map.groupBy(
      left.flatMap(({ volumes }) => volumes),
      ({ volumeName }) => volumeName,
    );
    const turns = [...Map.groupBy(left, ({ volumes }) => volumes[0]!.volumeName)];
    const next = turns.find(([name, ready]) => ready.length === wanting.get(name)!.length) ?? turns[0];
    if (!next) return passes;
    const ready = next[1];
    passes.push({ volume: ready[0]!.volumes[0]!, sessions: ready.map(({ session }) => session) });
    left = left.map((one) => (ready.includes(one) ? { ...one, volumes: one.volumes.slice(1) } : one));
  }
}
