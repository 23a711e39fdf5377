import { CommandError } from '../command-error.ts';
import type { Command } from '../command.ts';

/** Commands of Bacula for which there is nothing here: each says so, and what there is instead. */
function nothing(name: string, problem: string, instead: string): Command {
  return {
    name,
    description: 'Nothing here; says what there is instead',
    isAbsent: true,
    keywords: 'rest',
    run: () => Promise.reject(new CommandError(problem, instead)),
  };
}

export const cloud = nothing(
  'cloud',
  'Volumes lie in directories, and no parts of them elsewhere',
  'Give a Device a directory that the cloud keeps, or copy jobs to another Storage.',
);

export const snapshot = nothing(
  'snapshot',
  'snapshots are made and removed by scripts of the jobs, and not kept here',
  'See docs/recipes for LVM, ZFS and btrfs.',
);

export const statistics = nothing(
  'statistics',
  'no counters are kept beside the jobs',
  '"list jobtotals", "status storage" and ".status dir header" give the figures there are.',
);
export const collect = { ...statistics, name: 'collect' };

/** A script that sets it goes on: what it wants is how things are. */
export const automount: Command = {
  name: 'automount',
  description: 'Nothing here: Volumes are not mounted',
  isAbsent: true,
  keywords: { on: 'flag', off: 'flag' },
  run: ({ say }) =>
    say('automount: changes nothing: a Volume on disk can be used as soon as it has a label.'),
};
