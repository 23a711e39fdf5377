import { copyFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UseMode } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import { SessionCutShort } from '../../../storage-daemon/storage-errors.ts';
import { VolumeDirectory } from '../../../storage-daemon/volume-directory.ts';
import { decodeSessionEnd, decodeSessionStart } from '../../../volume/control-member.ts';
import { MemberKind } from '../../../volume/member.ts';
import { readerOf } from '../../../volume/positioned-reader.ts';
import { walkMembers, type FoundMember } from '../../../volume/walk.ts';
import { extractWithTar, listWithTar } from '../volume/gnu-tar.ts';
import {
  blocksOf,
  endMember,
  labelMember,
  piecesOf,
  placeAfter,
  recordsMember,
  sessionMembers,
  type SampleFile,
} from '../volume/sample-volume.ts';
import {
  FakeDirector,
  directorWith,
  openSession,
  runSession,
  sampleDevice,
  scratchDirectory,
  volume,
  volumeBytes,
} from './append-harness.ts';
import { unsyncedFiles } from './faulty-files.ts';
import { restoredStream } from './restored-stream.ts';

const blockBytes = 8192;
const noise = (bytes: number, seed: number) => {
  const content = Buffer.alloc(bytes);
  for (let i = 0, x = seed + 1; i < bytes; i++)
    content[i] = (x = (x * 1103515245 + 12345) & 0x7fffffff) >> 16;
  return content;
};
const file = (name: string, bytes: number): SampleFile => ({
  name,
  content: noise(bytes, name.charCodeAt(0)),
});
const smallJob = [file('one/a', 3000), file('one/big', 60_000), file('one/c', 100)];

/** What a session sends behind the session-start, which the storage daemon writes itself. */
async function sent(files: readonly SampleFile[], volSessionId = 1): Promise<Buffer[]> {
  return (await sessionMembers(files, { volSessionId, blockBytes })).slice(1);
}

async function streamOf(files: readonly SampleFile[]): Promise<Buffer> {
  return Buffer.concat((await piecesOf(files, blockBytes)).map(({ content }) => content));
}

async function membersOf(bytes: Buffer): Promise<FoundMember[]> {
  const steps = await Array.fromAsync(walkMembers(readerOf(bytes), { checkBlocksFrom: 0 }));
  expect(steps.filter(({ type }) => type === 'damage')).toEqual([]);
  return steps.filter((step) => step.type === 'member');
}

const kinds = (members: FoundMember[]) => members.map(({ header }) => header.kind);
const statuses = (members: FoundMember[]) =>
  members
    .filter(({ header }) => header.kind === MemberKind.SESSION_END)
    .map(({ member }) => decodeSessionEnd(member!).status);

describe('an append session', () => {
  test('labels a new volume, writes the job to it, and reports all of it as durable', async () => {
    const device = sampleDevice(scratchDirectory());
    const director = directorWith(volume('A-Full-0001', UseMode.CREATE));
    const session = openSession({ volSessionId: 1, devices: [device], director });
    const { finished, response } = await runSession(session, await sent(smallJob));

    expect(response).toEqual({ complete: true, reason: '' });
    expect(finished).toMatchObject({ status: 'T', reason: '', files: 1, errors: 0 });
    expect(director.events.at(-1)?.$case).toBe('finished');
    expect(director.mounted).toMatchObject([
      { volumeName: 'A-Full-0001', mode: UseMode.CREATE, repairedBytes: 0 },
    ]);
    expect(restoredStream(device, director.durable).equals(await streamOf(smallJob))).toBe(true);
    const bytes = volumeBytes(device, 'A-Full-0001');
    expect(director.durable.at(-1)?.volumeBytes).toBe(bytes.length);
    expect(director.durable.flatMap(({ records }) => records)).toHaveLength(1);
    expect(listWithTar(bytes)).toMatchObject({ names: ['one/a', 'one/big', 'one/c'], status: 0 });
    const text = director.texts.join('\n');
    expect(text).toContain(`Labeled new Volume "A-Full-0001" on File device ${device.text}.`);
    expect(text).toContain(`Wrote label to prelabeled Volume "A-Full-0001" on File device ${device.text}`);
    expect(text).toMatch(/Elapsed time=00:00:01, Transfer rate=\d+\.\d+ K Bytes\/second/);
  });

  test('goes on behind the jobs that are on the volume', async () => {
    const device = sampleDevice(scratchDirectory());
    const first = directorWith(volume('A-Full-0001', UseMode.CREATE));
    await runSession(
      openSession({ volSessionId: 1, devices: [device], director: first }),
      await sent(smallJob),
    );
    const sizeBytes = volumeBytes(device, 'A-Full-0001').length;

    const secondJob = [file('two/x', 100)];
    const append = volume('A-Full-0001', UseMode.APPEND, { expectedVolumeBytes: sizeBytes });
    const director = directorWith(append);
    const session = openSession({ volSessionId: 2, devices: [device], director });
    const { finished } = await runSession(session, await sent(secondJob, 2));

    expect(finished.status).toBe('T');
    expect(director.texts[0]).toBe('Volume "A-Full-0001" previously written, moving to end of data.');
    expect(director.texts[1]).toBe(
      `Ready to append to end of Volume "A-Full-0001" size=${sizeBytes.toLocaleString('en-US')}`,
    );
    expect(restoredStream(device, director.durable).equals(await streamOf(secondJob))).toBe(true);
    const { names, status } = listWithTar(volumeBytes(device, 'A-Full-0001'));
    expect({ names, status }).toEqual({ names: ['one/a', 'one/big', 'one/c', 'two/x'], status: 0 });
  });

  test('recycles a volume: all that was on it is gone', async () => {
    const device = sampleDevice(scratchDirectory());
    const first = directorWith(volume('A', UseMode.CREATE));
    await runSession(
      openSession({ volSessionId: 1, devices: [device], director: first }),
      await sent(smallJob),
    );
    const director = directorWith(volume('A', UseMode.RECYCLE));
    const session = openSession({ volSessionId: 2, devices: [device], director });
    await runSession(session, await sent([file('two/x', 10)], 2));
    expect(director.texts[0]).toBe(
      `Recycled volume "A" on File device ${device.text}, all previous data lost.`,
    );
    expect(listWithTar(volumeBytes(device, 'A'))).toMatchObject({ names: ['two/x'], status: 0 });
  });

  test('with nothing to save still has a start and an end on the volume', async () => {
    const device = sampleDevice(scratchDirectory());
    const director = directorWith(volume('A', UseMode.CREATE));
    const session = openSession({ volSessionId: 1, devices: [device], director });
    const { finished } = await runSession(session, [endMember(placeAfter([], 1))]);
    expect(finished).toMatchObject({ status: 'T', memberBytes: 0 });
    expect(director.texts.at(-1)).toBe('Elapsed time=00:00:01, Transfer rate=0  Bytes/second');
    expect(kinds(await membersOf(volumeBytes(device, 'A')))).toEqual([1, 2, 5]);
  });

  test('spans volumes at the next block when one comes to its limit', async () => {
    const device = sampleDevice(scratchDirectory());
    const volumeBytesMax = 25_000;
    const names = ['Tiny-0001', 'Tiny-0002', 'Tiny-0003', 'Tiny-0004'];
    const director = directorWith(...names.map((name) => volume(name, UseMode.CREATE, { volumeBytesMax })));
    const session = openSession({ volSessionId: 1, devices: [device], director });
    const { finished } = await runSession(session, await sent(smallJob));

    expect(finished.status).toBe('T');
    const used = director.mounted.map(({ volumeName }) => volumeName);
    expect(used.length).toBeGreaterThan(2);
    expect(director.closed.map(({ volumeName, status }) => [volumeName, status])).toEqual(
      used.slice(0, -1).map((name) => [name, 'Full']),
    );
    const volumes = used.map((name) => volumeBytes(device, name));
    for (const bytes of volumes) expect(bytes.length).toBeLessThanOrEqual(volumeBytesMax);
    expect(director.closed.map(({ volumeBytes }) => volumeBytes)).toEqual(
      volumes.slice(0, -1).map(({ length }) => length),
    );
    expect(restoredStream(device, director.durable).equals(await streamOf(smallJob))).toBe(true);

    const together = Buffer.concat(volumes);
    expect(listWithTar(together)).toMatchObject({ names: ['one/a', 'one/big', 'one/c'], status: 0 });
    expect(extractWithTar(together, 'one/big').equals(smallJob[1]!.content)).toBe(true);
    for (const [index, bytes] of volumes.entries()) {
      const members = await membersOf(bytes);
      expect(decodeSessionStart(members[1]!.member!).volumeIndex).toBe(index);
      expect(statuses(members)).toEqual([index === volumes.length - 1 ? 'T' : 'C']);
    }
    expect(director.texts.join('\n')).toMatch(
      /End of medium on Volume "Tiny-0001" Bytes=[\d,]+ Blocks=\d at \d\d-\w{3}-\d{4} \d\d:\d\d\.\n/,
    );
    expect(director.texts.join('\n')).toContain(
      `New volume "Tiny-0002" mounted on device ${device.text} at `,
    );
  });

  test('keeps to the Maximum Volume Size of the device when that is lower', async () => {
    const device = sampleDevice(scratchDirectory(), { maximumVolumeBytes: 25_000 });
    const volumeBytesMax = 1_000_000;
    const director = new FakeDirector((_, count) => volume(`V${count}`, UseMode.CREATE, { volumeBytesMax }));
    const session = openSession({ volSessionId: 1, devices: [device], director });
    expect((await runSession(session, await sent(smallJob))).finished.status).toBe('T');
    expect(director.closed.length).toBeGreaterThan(1);
    for (const { volumeBytes: bytes } of director.closed) expect(bytes).toBeLessThanOrEqual(25_000);
  });

  test('writes to the device that has the volume, and keeps other daemons off that directory', async () => {
    const [here, there] = [
      sampleDevice(scratchDirectory()),
      sampleDevice(scratchDirectory(), { name: 'There' }),
    ];
    writeFileSync(there.placeOf('A').path, labelMember('A'));
    const director = directorWith(volume('A', UseMode.APPEND));
    let isLocked = false;
    director.onEvent = ({ $case }) => {
      if ($case !== 'durable') return;
      expect(() => new VolumeDirectory(there.path).enter('write')).toThrow(
        'is in use by another storage daemon',
      );
      isLocked = true;
    };
    const session = openSession({ volSessionId: 1, devices: [here, there], director });
    await runSession(session, await sent(smallJob));
    expect(director.mounted).toMatchObject([{ deviceName: 'There', archiveDevice: there.path }]);
    expect(isLocked).toBe(true);
    new VolumeDirectory(there.path).enter('write')[Symbol.dispose]();
  });

  test('puts one block at least on a fresh volume, however low its limit', async () => {
    const device = sampleDevice(scratchDirectory());
    const director = new FakeDirector((_, count) =>
      volume(`V${count}`, UseMode.CREATE, { volumeBytesMax: 1 }),
    );
    const session = openSession({ volSessionId: 1, devices: [device], director });
    const { finished } = await runSession(session, await sent(smallJob));
    expect(finished.status).toBe('T');
    expect(director.mounted).toHaveLength((await piecesOf(smallJob, blockBytes)).length + 1); // the records too
    expect(restoredStream(device, director.durable).equals(await streamOf(smallJob))).toBe(true);
  });

  test('leaves a volume that has no room for its first block as it was', async () => {
    const device = sampleDevice(scratchDirectory());
    const first = directorWith(volume('A', UseMode.CREATE));
    await runSession(
      openSession({ volSessionId: 1, devices: [device], director: first }),
      await sent(smallJob),
    );
    const before = volumeBytes(device, 'A');
    const full = volume('A', UseMode.APPEND, {
      expectedVolumeBytes: before.length,
      volumeBytesMax: before.length + 100,
    });
    const director = directorWith(full, volume('B', UseMode.CREATE));
    const session = openSession({ volSessionId: 2, devices: [device], director });
    const { finished } = await runSession(session, await sent(smallJob, 2));
    expect(finished.status).toBe('T');
    expect(director.closed).toMatchObject([{ volumeName: 'A', status: 'Full', volumeBytes: before.length }]);
    expect(volumeBytes(device, 'A').equals(before)).toBe(true);
    expect(decodeSessionStart((await membersOf(volumeBytes(device, 'B')))[1]!.member!).volumeIndex).toBe(0);
  });

  test('appends nothing to a volume that ends inside a job', async () => {
    const device = sampleDevice(scratchDirectory());
    const spanning = directorWith(
      volume('A', UseMode.CREATE, { volumeBytesMax: 30_000 }),
      volume('B', UseMode.CREATE, { volumeBytesMax: 100_000 }),
    );
    await runSession(
      openSession({ volSessionId: 1, devices: [device], director: spanning }),
      await sent(smallJob),
    );
    const before = volumeBytes(device, 'A');
    const director = directorWith(
      volume('A', UseMode.APPEND, { expectedVolumeBytes: before.length }),
      volume('C', UseMode.CREATE),
    );
    const session = openSession({ volSessionId: 2, devices: [device], director });
    await runSession(session, await sent([file('two/x', 10)], 2));
    expect(director.closed).toMatchObject([{ volumeName: 'A', status: 'Full' }]);
    expect(volumeBytes(device, 'A').equals(before)).toBe(true);
    expect(listWithTar(volumeBytes(device, 'C')).names).toEqual(['two/x']);
  });
});

describe('what a file daemon sends', () => {
  const refusals: [string, (members: Buffer[]) => Promise<Buffer[]> | Buffer[], RegExp][] = [
    ['a member of another session', async () => sent(smallJob, 7), /session 7\/\d+ in the session 1/],
    ['blocks out of order', ([a, b, ...rest]) => [b!, a!, ...rest], /block 1 .* where block 0 at 0 was next/],
    ['a block twice', ([a, ...rest]) => [a!, a!, ...rest], /block 0 .* where block 1/],
    [
      'a label',
      (members) => [labelMember('B'), ...members],
      /kind 1, which is not for file daemons|session 0\/0/,
    ],
    ['something else', () => [Buffer.from('hello')], /no member of a volume/],
    ['a member behind the session-end', (members) => [...members, members.at(-1)!], /behind its session-end/],
    ['a damaged block', ([a, ...rest]) => ((a![100]! ^= 1), [a!, ...rest]), /damaged member/],
    ['a block with bytes behind it', ([a, ...rest]) => [Buffer.concat([a!, a!]), ...rest], /damaged member/],
    ['a session-end inside an entry', () => midEntryEnd(), /session-end inside an entry/],
    ['no session-end', (members) => members.slice(0, -1), /stopped sending before the end of the job/],
    ['nothing', () => [], /stopped sending before the end of the job/],
  ];

  async function midEntryEnd(): Promise<Buffer[]> {
    const pieces = (await piecesOf(smallJob, blockBytes)).slice(0, 3);
    return [...blocksOf(pieces, 1), endMember(placeAfter(pieces, 1))];
  }

  test.each(refusals)('is refused when it is %s, and the session is cut back', async (_, change, reason) => {
    const device = sampleDevice(scratchDirectory());
    const director = directorWith(volume('A', UseMode.CREATE));
    const session = openSession({ volSessionId: 1, devices: [device], director });
    const { finished, response } = await runSession(session, await change(await sent(smallJob)));
    expect(finished.status).toBe('E');
    expect(finished.reason).toMatch(reason);
    expect(response).toEqual({ complete: false, reason: finished.reason });
    const again = directorWith(volume('A', UseMode.APPEND, { expectedVolumeBytes: 1 }));
    const next = openSession({ volSessionId: 2, devices: [device], director: again });
    await runSession(next, await sent([file('two/x', 10)], 2));
    const bytes = volumeBytes(device, 'A');
    const { names, errors, status } = listWithTar(bytes);
    expect({ last: names.at(-1), errors, status }).toEqual({ last: 'two/x', errors: '', status: 0 });
    expect(statuses(await membersOf(bytes)).filter((end) => end === 'T')).toHaveLength(1);
  });
});

describe('a session that dies', () => {
  test('with its file daemon is cut back to the last whole entry, and the Director hears of it', async () => {
    const device = sampleDevice(scratchDirectory());
    const director = directorWith(volume('A', UseMode.CREATE));
    const session = openSession({ volSessionId: 1, devices: [device], director });
    const fileDaemon = new AbortController();
    const members = await sent(smallJob);
    async function* halfWay() {
      yield* members.slice(0, 4);
      fileDaemon.abort();
      await new Promise(() => {}); // a dead peer sends nothing more
    }
    const { finished, response } = await runSession(session, halfWay(), fileDaemon.signal);
    expect(finished).toMatchObject({ status: 'E', reason: expect.stringContaining('broke off') as string });
    expect(response.complete).toBe(false);
    const bytes = volumeBytes(device, 'A');
    expect(listWithTar(bytes)).toEqual({ names: ['one/a'], status: 0, errors: '' });
    expect(statuses(await membersOf(bytes))).toEqual(['E']);
    expect(director.durable.at(-1)).toEqual({
      volumeName: 'A',
      blocks: undefined,
      records: [],
      volumeBytes: bytes.length,
    });
  });

  test('with the Director is cut back too, and the file daemon is told', async () => {
    const device = sampleDevice(scratchDirectory());
    const director = directorWith(volume('A', UseMode.CREATE));
    director.onEvent = (event) => {
      if (event.$case === 'durable') throw new SessionCutShort('The Director is gone');
    };
    const session = openSession({ volSessionId: 1, devices: [device], director });
    const { finished, response } = await runSession(session, await sent(smallJob));
    expect(finished.status).toBe('E');
    expect(response).toEqual({ complete: false, reason: 'The Director is gone' });
    expect(listWithTar(volumeBytes(device, 'A')).status).toBe(0);
  });

  test('while it waits for a volume leaves nothing behind', async () => {
    const device = sampleDevice(scratchDirectory());
    const director = directorWith();
    const session = openSession({ volSessionId: 1, devices: [device], director });
    director.onEvent = (event) => {
      if (event.$case === 'volumeWanted') setImmediate(() => session.abort('Job canceled'));
    };
    const { finished } = await runSession(session, await sent(smallJob));
    expect(finished).toMatchObject({ status: 'E', reason: 'Job canceled' });
    expect(director.mounted).toEqual([]);
  });

  test('because no file daemon connects names its Client', async () => {
    const device = sampleDevice(scratchDirectory());
    const director = directorWith(volume('A', UseMode.CREATE));
    const options = { volSessionId: 1, devices: [device], director, clientConnectTimeoutMs: 20 };
    const finished = await openSession(options).run();
    expect(finished.status).toBe('E');
    expect(finished.reason).toContain('Client "zebulon-fd" did not connect');
    expect(kinds(await membersOf(volumeBytes(device, 'A')))).toEqual([MemberKind.LABEL]);
  });

  test('on its second volume leaves the first one as it was', async () => {
    const device = sampleDevice(scratchDirectory());
    const director = directorWith(
      volume('A', UseMode.CREATE, { volumeBytesMax: 30_000 }),
      volume('B', UseMode.CREATE),
    );
    const session = openSession({ volSessionId: 1, devices: [device], director });
    const members = (await sent(smallJob)).slice(0, 6); // inside the big file
    const { finished } = await runSession(session, members);
    expect(finished.status).toBe('E');
    expect(statuses(await membersOf(volumeBytes(device, 'A')))).toEqual(['C']);
    const second = await membersOf(volumeBytes(device, 'B'));
    expect(kinds(second)).toEqual([MemberKind.LABEL, MemberKind.SESSION_START, MemberKind.SESSION_END]);
    expect(statuses(second)).toEqual(['E']);
  });

  test('does not take a second file daemon', async () => {
    const device = sampleDevice(scratchDirectory());
    const director = directorWith(volume('A', UseMode.CREATE));
    const session = openSession({ volSessionId: 1, devices: [device], director });
    const { finished } = await runSession(session, await sent(smallJob));
    expect(finished.status).toBe('T');
    await expect(session.store([] as never, new AbortController().signal)).rejects.toThrow('already');
  });
});

describe('a volume that was killed in the middle of a job', () => {
  test('at any byte takes the next job, and tar reads all that is on it', async () => {
    const device = sampleDevice(scratchDirectory(), {}, unsyncedFiles);
    const text = (name: string, bytes: number) => ({ name, content: Buffer.alloc(bytes, name) });
    const first = [text('one/a', 700), text('one/b', 20_000)];
    const killed = [text('two/a', 700), text('two/b', 12_000), text('two/c', 700)];
    for (const [volSessionId, files] of [first, killed].entries()) {
      const use = volume('A', volSessionId === 0 ? UseMode.CREATE : UseMode.APPEND);
      const session = openSession({ volSessionId, devices: [device], director: directorWith(use) });
      await runSession(session, await sent(files, volSessionId));
    }
    const { path } = device.placeOf('A');
    const whole = readFileSync(path);
    const firstBytes = (await membersOf(whole)).find(
      ({ header }) => header.kind === MemberKind.SESSION_START && header.volSessionId === 1,
    )!.volumeOffset;
    const next = [file('three/a', 10)];
    const nextMembers = await sent(next, 3);
    copyFileSync(path, `${path}.whole`);

    for (let bytes = firstBytes; bytes < whole.length; bytes++) {
      copyFileSync(`${path}.whole`, path);
      truncateSync(path, bytes);
      const director = directorWith(volume('A', UseMode.APPEND, { expectedVolumeBytes: firstBytes }));
      const session = openSession({ volSessionId: 3, devices: [device], director });
      const { finished } = await runSession(session, nextMembers);
      expect({ bytes, status: finished.status }).toEqual({ bytes, status: 'T' });
      await membersOf(volumeBytes(device, 'A')); // walks without damage
      if (bytes % 29 !== 0) continue; // tar is slow to start
      const { names, status, errors } = listWithTar(volumeBytes(device, 'A'));
      expect({ bytes, status, errors }).toEqual({ bytes, status: 0, errors: '' });
      expect(names.slice(0, 2)).toEqual(['one/a', 'one/b']);
      expect(names.at(-1)).toBe('three/a');
    }
  });

  test('keeps whole entries of the job that died, and says how much was cut off', async () => {
    const device = sampleDevice(scratchDirectory());
    const director = directorWith(volume('A', UseMode.CREATE));
    await runSession(openSession({ volSessionId: 1, devices: [device], director }), await sent(smallJob));
    const { path } = device.placeOf('A');
    const third = (await membersOf(readFileSync(path)))[4]!;
    truncateSync(path, third.volumeOffset + 100);
    const again = directorWith(volume('A', UseMode.APPEND, { expectedVolumeBytes: third.volumeOffset }));
    const session = openSession({ volSessionId: 2, devices: [device], director: again });
    await runSession(session, await sent([file('two/x', 10)], 2));
    expect(again.mounted[0]!.repairedBytes).toBeGreaterThan(100);
    expect(again.texts[0]).toMatch(/bytes of a job that did not end; they were cut off\.$/);
    expect(listWithTar(volumeBytes(device, 'A'))).toMatchObject({ names: ['one/a', 'two/x'], status: 0 });
  });

  test('and was cut back while the Director was away is no shorter than it should be', async () => {
    const device = sampleDevice(scratchDirectory());
    const director = directorWith(volume('A', UseMode.CREATE));
    const session = openSession({ volSessionId: 1, devices: [device], director });
    await runSession(session, (await sent(smallJob)).slice(0, 5));
    const sizeBytes = statSync(device.placeOf('A').path).size;
    const again = directorWith(volume('A', UseMode.APPEND, { expectedVolumeBytes: sizeBytes + 50_000 }));
    const next = openSession({ volSessionId: 2, devices: [device], director: again });
    const { finished } = await runSession(next, await sent([file('two/x', 10)], 2));
    expect(finished.status).toBe('T');
  });
});

describe('a volume that will not do is named with what is wrong with it, and another is asked for', () => {
  async function problemWith(options: {
    prepare?(path: string): Promise<void> | void;
    mode: UseMode;
    expectedVolumeBytes?: number;
    labelMedia?: boolean;
    volumeName?: string;
  }) {
    const device = sampleDevice(scratchDirectory(), { labelMedia: options.labelMedia ?? true });
    const { path } = device.placeOf('A');
    await options.prepare?.(path);
    const before = existsSync(path) ? readFileSync(path) : undefined;
    const wanted = volume(options.volumeName ?? 'A', options.mode, {
      expectedVolumeBytes: options.expectedVolumeBytes ?? 0,
    });
    const director = new FakeDirector((_, count) => (count === 0 ? wanted : undefined));
    const session = openSession({ volSessionId: 1, devices: [device], director });
    director.onEvent = (event) => {
      if (event.$case === 'volumeWanted' && event.value.problem !== '') session.abort('enough');
    };
    await runSession(session, await sent(smallJob));
    if (before) expect(readFileSync(path).equals(before)).toBe(true);
    return director.texts[0];
  }

  const labelled = (name: string) => (path: string) => writeFileSync(path, labelMember(name));

  test('missing', async () => {
    for (const mode of [UseMode.APPEND, UseMode.RECYCLE]) {
      const prepare = (path: string) => writeFileSync(`${path}-else`, ''); // or the disk would seem not to be mounted
      expect(await problemWith({ mode, prepare })).toMatch(
        /^Volume "A" on device "FileStorage" \(.*\) does not exist$/,
      );
    }
  });

  test('not to be labelled by this device', async () => {
    expect(await problemWith({ mode: UseMode.CREATE, labelMedia: false })).toContain(
      'its resource does not say "Label Media = yes"',
    );
  });

  test('existing already', async () => {
    const prepare = (path: string) => writeFileSync(path, 'precious');
    expect(await problemWith({ mode: UseMode.CREATE, prepare })).toContain(
      'there is a file of that name already',
    );
  });

  test('with the label of another, or with none', async () => {
    for (const mode of [UseMode.APPEND, UseMode.RECYCLE]) {
      expect(await problemWith({ mode, prepare: labelled('B') })).toContain('has the label of Volume "B"');
      const prepare = (path: string) => writeFileSync(path, 'precious');
      expect(await problemWith({ mode, prepare })).toContain('has no readable label');
    }
  });

  test('shorter than the catalog knows it', async () => {
    const text = await problemWith({
      mode: UseMode.APPEND,
      prepare: labelled('A'),
      expectedVolumeBytes: 5000,
    });
    expect(text).toContain('the catalog has 5,000: it was truncated, damaged or replaced');
  });

  test('with a name that is a path', async () => {
    const volumeName = '../A';
    expect(await problemWith({ mode: UseMode.CREATE, volumeName })).toBe(
      'Illegal character "/" in a volume name.',
    );
  });

  test('a directory', async () => {
    const device = sampleDevice(scratchDirectory());
    const director = directorWith(volume('.', UseMode.APPEND), volume('A', UseMode.CREATE));
    const session = openSession({ volSessionId: 1, devices: [device], director });
    await runSession(session, await sent(smallJob));
    expect(director.of('volumeWanted')[1]).toMatchObject({ problemVolume: '.', problemCode: 'label' });
  });

  test('in use by another job', async () => {
    const device = sampleDevice(scratchDirectory());
    const firstDirector = directorWith(volume('A', UseMode.CREATE));
    const first = openSession({ volSessionId: 1, devices: [device], director: firstDirector });
    const director = directorWith(volume('A', UseMode.APPEND), volume('B', UseMode.CREATE));
    const second = openSession({ volSessionId: 2, devices: [device], director });
    const members = await sent(smallJob);
    let secondOutcome;
    async function* slow() {
      yield* members.slice(0, 2);
      secondOutcome = await runSession(second, await sent(smallJob, 2));
      yield* members.slice(2);
    }
    const { finished } = await runSession(first, slow());
    expect(finished.status).toBe('T');
    expect(secondOutcome).toMatchObject({ finished: { status: 'T' } });
    expect(director.of('volumeWanted')[1]).toMatchObject({ problemVolume: 'A', problemCode: 'busy' });
    for (const name of ['A', 'B']) expect(listWithTar(volumeBytes(device, name)).status).toBe(0);
  });

  test('but a new volume that a crash left without a session is taken over', async () => {
    const device = sampleDevice(scratchDirectory());
    for (const leftover of [Buffer.alloc(0), labelMember('A')]) {
      writeFileSync(device.placeOf('A').path, leftover);
      const director = directorWith(volume('A', UseMode.CREATE));
      const session = openSession({ volSessionId: 1, devices: [device], director });
      const { finished } = await runSession(session, await sent(smallJob));
      expect(finished.status).toBe('T');
    }
  });
});

test('records of several members are all reported, each once and in order', async () => {
  const device = sampleDevice(scratchDirectory());
  const director = directorWith(volume('A', UseMode.CREATE));
  const session = openSession({ volSessionId: 1, devices: [device], director });
  const pieces = await piecesOf(smallJob, blockBytes);
  const members = blocksOf(pieces, 1).flatMap((block, i) => [
    block,
    recordsMember(placeAfter(pieces.slice(0, i + 1), 1)),
  ]);
  await runSession(session, [...members, endMember(placeAfter(pieces, 1))]);
  expect(director.durable.flatMap(({ records }) => records)).toHaveLength(pieces.length);
  expect(restoredStream(device, director.durable).equals(await streamOf(smallJob))).toBe(true);
});
