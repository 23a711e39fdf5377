import { join } from 'node:path';
import { openCatalog, type Catalog } from '../../catalog/catalog.ts';
import type { MediaRow } from '../../catalog/rows.ts';
import { loadDirectorConf, type DirectorConf } from '../../configuration/director-conf.ts';
import { formatProblem } from '../../configuration/problem.ts';
import { CatalogIds } from '../../director/catalog-ids.ts';
import { ImportedRows } from '../../director/imported-rows.ts';
import { RecordsContent } from '../../proto/noctule/record/v1/volume_members.ts';
import { withCommas } from '../../text/numbers.ts';
import { SessionEndStatus, controlContent, decodeRecordsContent } from '../../volume/control-member.ts';
import { DurableRun } from '../../volume/durable-run.ts';
import { MemberKind } from '../../volume/member.ts';
import { RecordBatch, unpackRecords } from '../../volume/record-batch.ts';
import { walkMembers } from '../../volume/walk.ts';
import { UsageError } from '../usage-error.ts';
import { volumeArguments } from './volume-arguments.ts';
import { openVolume, VolumeUnreadable, type VolumeOnDisk } from './volume-on-disk.ts';
import {
  bySession,
  isKeptBlock,
  keptRecords,
  partBehindGap,
  sessionName,
  sessionsOf,
  type SessionPart,
} from './volume-sessions.ts';

export const SCAN_USAGE = `usage: noctule volume scan --director DIR-CONF VOLUME...
       noctule volume scan --director DIR-CONF -V NAME|NAME [-c SD-CONF] DEVICE

Writes what is on volumes into the Director's catalog, which is made if there is none: jobs, files, volumes. What the catalog has already is
left as it is. The Director must not run. Name all volumes together, so that jobs over several of them are put together.
Exit status 0 when all was sound.
`;

/** Blocks reported to the catalog at once, as a storage daemon does. */
const BLOCKS_AT_ONCE = 256;

/** `noctule volume scan`, in other places called bscan. Resolves with the exit status. */
export async function scan(args: readonly string[]): Promise<number> {
  const { paths, values } = volumeArguments(args, {
    director: { type: 'string' },
    // bscan asks for these to write anything at all.
    store: { type: 'boolean', short: 's', default: false },
    media: { type: 'boolean', short: 'm', default: false },
  });
  if (typeof values.director !== 'string') throw new UsageError('--director DIR-CONF is missing');
  const conf = directorConf(values.director);
  const file = join(conf.director.workingDirectory, `${conf.catalogs[0]?.name ?? 'Catalog'}.db`);
  await using opened = new AsyncDisposableStack();
  const volumes: VolumeOnDisk[] = [];
  for (const path of paths) volumes.push(opened.use(await openVolume(path)));
  await using catalog = await openCatalog(file);
  const rebuild = new Rebuild(catalog, conf);
  await rebuild.begin();
  const isWhole = await rebuild.add(volumes);
  const { jobs, files, known } = rebuild;
  process.stdout.write(
    `${volumes.length} volumes: ${jobs} jobs with ${withCommas(files)} files were written to ${file}; ${known} jobs were there already.\n`,
  );
  return isWhole ? 0 : 1;
}

function directorConf(file: string): DirectorConf {
  const { conf, problems } = loadDirectorConf(file);
  if (conf) return conf;
  throw new VolumeUnreadable(problems.map(formatProblem).join('\n'), 'Correct the conf.');
}

class Rebuild {
  jobs = 0;
  files = 0;
  /** Jobs that the catalog had. */
  known = 0;
  #isWhole = true;
  readonly #catalog: Catalog;
  readonly #conf: DirectorConf;
  readonly #ids: CatalogIds;
  readonly #rows: ImportedRows;
  readonly #media = new Map<string, MediaRow>();

  constructor(catalog: Catalog, conf: DirectorConf) {
    this.#catalog = catalog;
    this.#conf = conf;
    this.#ids = new CatalogIds(catalog);
    this.#rows = new ImportedRows(catalog);
  }

  /** The rows of the conf: volumes get the retention that their pools have now. */
  async begin(): Promise<void> {
    await this.#ids.sync(this.#conf);
  }

  /** Resolves with whether nothing was damaged or missing. */
  async add(volumes: readonly VolumeOnDisk[]): Promise<boolean> {
    const parts: SessionPart[] = [];
    for (const volume of volumes) {
      if (volume.label === undefined) {
        this.#complain(volume, 'its label is damaged: it is left out');
        continue;
      }
      this.#media.set(volume.name, await this.#volume(volume));
      parts.push(...(await sessionsOf(volume)));
    }
    const jobIdOf = (all: readonly SessionPart[]) => all[0]?.start?.job?.jobId ?? Infinity;
    for (const session of bySession(parts).sort((a, b) => jobIdOf(a) - jobIdOf(b)))
      await this.#session(session);
    for (const volume of volumes) await this.#finishVolume(volume, parts);
    return this.#isWhole;
  }

  async #volume({ name, label, reader }: VolumeOnDisk): Promise<MediaRow> {
    const known = await this.#catalog.volumeByName(name);
    if (known) return known;
    const storage =
      this.#conf.storages.find(({ mediaType }) => mediaType === label!.mediaType) ?? this.#conf.storages[0];
    return this.#rows.volume(name, label!, {
      storageId: storage ? this.#ids.storageId(storage.name) : 0,
      status: 'Append',
      volBytes: reader.sizeBytes,
    });
  }

  async #session(parts: readonly SessionPart[]): Promise<void> {
    const [first] = parts;
    const identity = first?.start?.job;
    if (!first || !identity) {
      if (first)
        this.#complain(first.volume, `session ${sessionName(first)} has no sound beginning: it is left out`);
      return;
    }
    const jobId = await this.#rows.job(identity, first);
    if (jobId === undefined) {
      this.known += 1;
      return;
    }
    let blockBytes = 0;
    const behindGap = partBehindGap(parts);
    for (const part of parts) {
      if (part === behindGap) {
        this.#complain(
          part.volume,
          `session ${sessionName(part)}: a volume before this one is missing; the rest is left out`,
        );
        break;
      }
      if (part.start?.resumedBehind !== undefined) await this.#catalog.keepSavedPart(jobId);
      blockBytes += await this.#part(jobId, part);
    }
    await this.#endJob(jobId, parts, blockBytes);
    this.jobs += 1;
  }

  /** Reports the part as a storage daemon does when it writes it; resolves with the bytes of its blocks. */
  async #part(jobId: number, part: SessionPart): Promise<number> {
    const { volume, from, to, end, start } = part;
    const { mediaId } = this.#media.get(volume.name)!;
    const at = new Date(end?.endedAtMs || start?.startedAtMs || 0);
    const report = new DurableRun(volume.name);
    let blockBytes = 0;
    const flush = async () => {
      const durable = report.take();
      if (durable) await this.#catalog.addDurable({ jobId, mediaId, durable, at });
    };
    for await (const step of walkMembers(volume.reader, { from, to, checkBlocksFrom: Infinity })) {
      if (step.type === 'damage') {
        this.#complain(
          volume,
          `damage at byte ${step.volumeOffset}; what follows of JobId ${jobId} is left out`,
        );
        break;
      }
      const { header, member, volumeOffset } = step;
      if (header.kind === MemberKind.BLOCK && isKeptBlock(part, header)) {
        report.block(header, volumeOffset);
        blockBytes += header.memberBytes;
      } else if (header.kind === MemberKind.RECORDS && member !== undefined) {
        const content = keptContent(part, member);
        if (content !== undefined) report.records(content, volumeOffset + header.memberBytes);
      }
      if (report.blockCount >= BLOCKS_AT_ONCE) await flush();
    }
    await flush();
    return blockBytes;
  }

  async #endJob(jobId: number, parts: readonly SessionPart[], jobBytes: number): Promise<void> {
    const end = parts.at(-1)?.end;
    const isComplete = end?.status === SessionEndStatus.COMPLETE;
    const files = end?.files ?? 0;
    this.files += files;
    await this.#catalog.endJob(jobId, {
      jobStatus: !isComplete ? 'f' : end.errors > 0 ? 'W' : 'T',
      endTime: new Date(end?.endedAtMs || (parts[0]?.start?.startedAtMs ?? 0)),
      jobFiles: files,
      jobBytes,
      readBytes: end?.contentBytes ?? 0,
      jobErrors: end?.errors ?? 0,
    });
  }

  async #finishVolume({ name, reader }: VolumeOnDisk, parts: readonly SessionPart[]): Promise<void> {
    const media = this.#media.get(name);
    if (!media) return;
    const own = parts.filter(({ volume }) => volume.name === name);
    const isFull = own.at(-1)?.end?.status === SessionEndStatus.CONTINUES;
    await this.#catalog.setVolume(media.mediaId, {
      volJobs: own.length,
      volBytes: reader.sizeBytes,
      ...(isFull && media.volStatus === 'Append' && { volStatus: 'Full' }),
    });
  }

  #complain({ name }: VolumeOnDisk, text: string): void {
    this.#isWhole = false;
    process.stderr.write(`Volume "${name}": ${text}\n`);
  }
}

/** What a member of kind `records` says of the job as it is now, encoded; undefined when that is nothing. */
function keptContent(part: SessionPart, member: Buffer): Buffer | undefined {
  const encoded = controlContent(member, MemberKind.RECORDS);
  if (part.kept === undefined) return encoded;
  const batch = new RecordBatch();
  for (const record of keptRecords(part, unpackRecords(decodeRecordsContent(member)))) batch.add(record);
  const content = batch.take();
  return content && Buffer.from(RecordsContent.encode(content).finish());
}
