import { parseArgs } from 'node:util';
import { UsageError } from '../tools/usage-error.ts';
import { DATA_SETS, type DataSetKind } from './data-sets/data-sets.ts';
import { PROGRAMS } from './programs/programs.ts';
import type { Program } from './programs/program.ts';

export const PARTS = ['overhead', 'link', 'large-volume', 'sets'] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  readonly parts: readonly Part[];
  readonly sets: readonly DataSetKind[];
  readonly programs: readonly Program[];
  /** Of sets and programs only those that a target compares. */
  readonly onlyTargets: boolean;
  readonly rounds: number;
  /** Share of the full size of the data. */
  readonly scale: number;
  /** Where the figures of all rounds go as JSON, after each turn. */
  readonly jsonFile: string | undefined;
}

/** With each program more it would take some ten seconds more for each data set. */
const QUICK_PROGRAMS = 'noctule GZIP,bacula GZIP,restic,tar | zstd';

export const USAGE = `npm run bench -- [options]
  --quick           mixed and small with a fiftieth of the data, four programs, one round: under 3 minutes on a quiet machine
  --parts LIST      of ${PARTS.join(',')} (default: all)
  --sets LIST       of ${DATA_SETS.join(',')} (default: all)
  --programs LIST   names or their beginnings, of: ${PROGRAMS.map(({ name }) => name).join(', ')}
  --targets         only what a target compares
  --rounds N        default 3
  --scale N         share of the full size, default 1
  --json FILE       all figures as JSON, written again after each turn
`;

/** @throws UsageError */
export function parseOptions(args: string[]): BenchOptions | 'help' {
  const { values } = parse(args);
  if (values.help) return 'help';
  return {
    parts: chosen('parts', values.parts, PARTS, values.quick ? ['sets'] : PARTS),
    sets: chosen('sets', values.sets, DATA_SETS, values.quick ? ['mixed', 'small'] : DATA_SETS),
    programs: chosenPrograms(values.programs ?? (values.quick ? QUICK_PROGRAMS : undefined)),
    onlyTargets: values.targets,
    rounds: positive('rounds', values.rounds ?? (values.quick ? '1' : '3')),
    scale: positive('scale', values.scale ?? (values.quick ? '0.02' : '1')),
    jsonFile: values.json,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        quick: { type: 'boolean', default: false },
        parts: { type: 'string' },
        sets: { type: 'string' },
        programs: { type: 'string' },
        targets: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        scale: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
}

function chosen<T extends string>(
  option: string,
  text: string | undefined,
  all: readonly T[],
  byDefault: readonly T[],
): readonly T[] {
  if (text === undefined) return byDefault;
  const names = text.split(',');
  const wrong = names.find((name) => !(all as readonly string[]).includes(name));
  if (wrong !== undefined) throw new UsageError(`--${option}: "${wrong}" is none of ${all.join(', ')}`);
  return all.filter((name) => names.includes(name));
}

function chosenPrograms(text: string | undefined): readonly Program[] {
  if (text === undefined) return PROGRAMS;
  const beginnings = text.split(',');
  const wrong = beginnings.find((beginning) => !PROGRAMS.some(({ name }) => name.startsWith(beginning)));
  if (wrong !== undefined) {
    const names = PROGRAMS.map(({ name }) => name).join(', ');
    throw new UsageError(`--programs: no program begins with "${wrong}"; there are: ${names}`);
  }
  return PROGRAMS.filter(({ name }) => beginnings.some((beginning) => name.startsWith(beginning)));
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0) || (option === 'rounds' && !Number.isInteger(value))) {
    throw new UsageError(`--${option} wants a number over 0, not "${text}"`);
  }
  return value;
}
