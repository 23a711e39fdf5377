/** What an admin can do today in place of the types and levels that this version does not run, by the conf's words. */
const INSTEAD_OF: Readonly<Record<string, string>> = {
  copy: 'for a second copy now, "noctule volume copy" writes the jobs of volumes to a new one; or give a second Backup Job the other Pool',
  migrate:
    'to move to another Pool, let the next Full write there (Full Backup Pool, or "run pool="); the old jobs go when their retention is over',
  virtualfull: 'use Level = Full; Level = Differential keeps what a restore reads short between two Fulls',
};

/** One sentence without its full stop; undefined when there is nothing to recommend. */
export function insteadOf(typeOrLevel: string): string | undefined {
  return INSTEAD_OF[typeOrLevel.toLowerCase()];
}

/** As the hint of an error, whose sentences are whole. */
export function insteadOfAsHint(typeOrLevel: string): string | undefined {
  const advice = insteadOf(typeOrLevel);
  return advice && `${advice.charAt(0).toUpperCase()}${advice.slice(1)}.`;
}
