import type { DataSetKind } from '../data-sets/data-sets.ts';
import { cpuOfAll, median, WORKS, type Measure, type Work } from '../measure.ts';
import { measuresOf, medianRatio, type BenchResult } from './bench-result.ts';
import { verdicts } from './targets.ts';

/** A run as a section of a Markdown page. */
export function markdown(result: BenchResult): string {
  const { command, startedAt, machine } = result;
  const parts = [
    `\`${command}\`, ${startedAt}. ${machine}.`,
    versionLines(result),
    result.turns.length === 0 ? '' : EXPLANATION,
    ...(Object.keys(result.dataSets) as DataSetKind[]).map((set) => dataSetSection(result, set)),
    overheadSection(result),
    linkSection(result),
    largeVolumeSection(result),
    targetsSection(result),
    notMeasuredSection(result),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const EXPLANATION =
  'Medians over the rounds that the line says; wall with its least and most. A ratio is the value of noctule divided by that of the ' +
  'line, wall / CPU: the median of the ratios within each round.';

/** Ways to compress of one program share a line. */
function versionLines({ versions }: BenchResult): string {
  const byVersion = Map.groupBy(Object.entries(versions), ([, version]) => version);
  return [...byVersion]
    .map(([version, programs]) => `- ${programs.map(([program]) => program).join(', ')}: ${version}`)
    .join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function dataSetSection(result: BenchResult, set: DataSetKind): string {
  const { entries, bytes } = result.dataSets[set]!;
  const programs = [
    ...new Set(result.turns.filter((turn) => turn.set === set).map(({ program }) => program)),
  ];
  const own = programs.filter((program) => program.startsWith('noctule'));
  const rows = WORKS.flatMap((work) =>
    programs.flatMap((program) => {
      const measures = measuresOf(result, { set, program, work });
      if (measures.size === 0) return [];
      const ratios = own.map((name) =>
        program.startsWith('noctule') ? '' : ratioText(result, { set, work, own: name, peer: program }),
      );
      return [[work, program, String(measures.size), ...figures([...measures.values()]), ...ratios]];
    }),
  );
  const head = ['work', 'program', 'rounds', 'wall s', 'CPU s', 'peak MiB', 'written MB', 'read MB'];
  return [
    `### ${set}: ${(bytes / 1e9).toFixed(2)} GB, ${entries} entries`,
    table([...head, ...own.map((name) => `${name} ÷`)], rows),
    catalogLine(result, set),
    table(['restored tree of', 'work', 'differs from its source in'], differenceRows(result, set)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Wall, CPU, peaks, bytes written and read. */
function figures(measures: readonly Measure[]): string[] {
  const walls = measures.map(({ wallSeconds }) => wallSeconds);
  const range =
    measures.length === 1 ? '' : ` (${seconds(Math.min(...walls))}-${seconds(Math.max(...walls))})`;
  const ofProcesses = (
    values: (measure: Measure) => Readonly<Record<string, number>>,
    text: (n: number) => string,
  ) => {
    const names = Object.keys(values(measures[0]!));
    return names
      .map(
        (name) => `${shortName(name)} ${text(median(measures.map((measure) => values(measure)[name] ?? 0)))}`,
      )
      .join(', ');
  };
  const total = seconds(median(measures.map(cpuOfAll)));
  const isOne = Object.keys(measures[0]!.cpuSeconds).length === 1;
  const cpu = isOne ? total : `${total} (${ofProcesses(({ cpuSeconds }) => cpuSeconds, seconds)})`;
  const megabytes = (value: (measure: Measure) => number | undefined) => {
    const values = measures.flatMap((measure) => value(measure) ?? []);
    return values.length === 0 ? '' : (median(values) / 1e6).toFixed(2);
  };
  return [
    seconds(median(walls)) + range,
    cpu,
    ofProcesses(
      ({ peakMiB }) => peakMiB,
      (n) => n.toFixed(0),
    ),
    megabytes(({ volumeBytes }) => volumeBytes),
    megabytes(({ readBytes, volumeBytes }) => (volumeBytes === undefined ? readBytes : undefined)),
  ];
}

function shortName(process: string): string {
  return process.replace(/^(noctule|bacula)-/, '');
}

function seconds(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}

function ratioText(
  result: BenchResult,
  { set, work, own, peer }: { set: DataSetKind; work: Work; own: string; peer: string },
): string {
  const [ours, theirs] = [own, peer].map((program) => measuresOf(result, { set, program, work })) as [
    ReturnType<typeof measuresOf>,
    ReturnType<typeof measuresOf>,
  ];
  const wall = medianRatio(ours, theirs, ({ wallSeconds }) => wallSeconds);
  const cpu = medianRatio(ours, theirs, cpuOfAll);
  return wall === undefined || cpu === undefined ? '' : `${wall.toFixed(2)} / ${cpu.toFixed(2)}`;
}

function catalogLine(result: BenchResult, set: DataSetKind): string {
  const values = new Map<string, number[]>();
  for (const { program, catalogBytesPerFile } of result.turns.filter((turn) => turn.set === set)) {
    if (catalogBytesPerFile === undefined) continue;
    values.set(program, [...(values.get(program) ?? []), catalogBytesPerFile]);
  }
  if (values.size === 0) return '';
  const texts = [...values].map(([program, each]) => `${program} ${median(each).toFixed(0)}`);
  return `Bytes of the catalog for each file: ${texts.join(', ')}.`;
}

/** One row for each program and work, of the worst round. */
function differenceRows(result: BenchResult, set: DataSetKind): string[][] {
  const worst = new Map<string, { row: string[]; count: number }>();
  for (const { program, differences } of result.turns.filter((turn) => turn.set === set)) {
    for (const [work, kinds] of Object.entries(differences)) {
      const count = Object.values(kinds).reduce((sum, n) => sum + n, 0);
      const text = Object.entries(kinds).map(([what, n]) => `${what} (${n})`);
      const key = `${program} ${work}`;
      if (count < (worst.get(key)?.count ?? 0)) continue;
      worst.set(key, { row: [program, work, text.join(', ') || 'nothing'], count });
    }
  }
  return [...worst.values()].map(({ row }) => row);
}

function overheadSection({ overhead }: BenchResult): string {
  if (overhead.length === 0) return '';
  return [
    '### Start, one small job, idle',
    table(
      [
        ...['round', 'a Director answers, ms', 'Full of one file, ms', 'one right behind it, ms'],
        'CPU while idle, %',
      ],
      overhead.map(({ round, directorMs, jobMs, nextJobMs, idlePercent }) => [
        String(round),
        ...[directorMs, jobMs, nextJobMs].map((ms) => ms.toFixed(0)),
        idlePercent.toFixed(2),
      ]),
    ),
  ].join('\n\n');
}

function linkSection({ link }: BenchResult): string {
  if (link.length === 0) return '';
  return [
    '### Backup over a line of 40 ms round trip',
    table(
      ['round', 'line', 'plain copy MB/s', 'Full, uncompressed MB/s', 'share'],
      link.map(({ round, line, copyRate, jobRate, share }) => [
        String(round),
        line,
        (copyRate / 1e6).toFixed(0),
        (jobRate / 1e6).toFixed(0),
        share.toFixed(2),
      ]),
    ),
  ].join('\n\n');
}

function largeVolumeSection({ largeVolume }: BenchResult): string {
  if (largeVolume.length === 0) return '';
  return [
    '### One file out of a large volume',
    table(
      ['round', 'content GB', 'blocks of 1 MiB', 'wall s', 'MiB read'],
      largeVolume.map(({ round, contentBytes, wallSeconds, readBytes }) => [
        String(round),
        (contentBytes / 1e9).toFixed(1),
        Math.ceil(contentBytes / 2 ** 20).toString(),
        seconds(wallSeconds),
        (readBytes / 2 ** 20).toFixed(2),
      ]),
    ),
  ].join('\n\n');
}

function targetsSection(result: BenchResult): string {
  const all = verdicts(result);
  const measured = all.filter(({ verdict }) => verdict !== 'not measured');
  const met = measured.filter(({ verdict }) => verdict === 'met').length;
  const rows = measured.map(({ title, wanted, found, verdict, missedByPercent }) => [
    title,
    wanted,
    found?.toFixed(2) ?? '',
    missedByPercent === undefined
      ? verdict
      : `missed by ${missedByPercent.toFixed(missedByPercent < 10 ? 1 : 0)} %`,
  ]);
  const hint =
    result.scale < 1
      ? ' They are meant for the full size; this run has less data, so that start-up times weigh more.'
      : '';
  return [
    '### Targets',
    `${met} of ${measured.length} met, ${all.length - measured.length} not measured.${hint}`,
    table(['target', 'wanted', 'found', ''], rows),
  ].join('\n\n');
}

function notMeasuredSection({ notMeasured, turns }: BenchResult): string {
  const lines = Object.entries(notMeasured).map(([what, why]) => `- ${what}: ${why}`);
  for (const { set, round, program, failures } of turns) {
    for (const { work, message } of failures)
      lines.push(`- ${program}, ${set}, round ${round}, ${work}: ${inOneLine(message)}`);
  }
  return lines.length === 0 ? '' : ['### Not measured', lines.join('\n')].join('\n\n');
}

/** The whole message is in the JSON; what says why stands in its errors or at its end. */
function inOneLine(message: string): string {
  const lines = message.split('\n').map((line) => line.trim());
  const errors = lines.filter((line) => /fatal|error:/i.test(line));
  return (errors.length > 0 ? errors.slice(0, 2) : lines.slice(-2)).join(' ').slice(0, 400);
}
