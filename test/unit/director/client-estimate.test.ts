import { describe, expect, it } from 'vitest';
import { estimateOn, type Estimate } from '../../../director/daemons/client-estimate.ts';
import type { ClientLink } from '../../../director/daemons/daemon-ports.ts';
import {
  MessageType,
  type EstimateCommand,
  type EstimateRequest,
  type EstimateResponse,
  type PriorState,
} from '../../../proto/noctule/filedaemon/v1/file_daemon.ts';
import { FakeCall, FakeDaemons } from './jobs/fake-daemons.ts';

const START: EstimateRequest = {
  jobId: 0,
  level: 'I',
  sinceNs: 1n,
  fileSet: undefined,
  listing: false,
  accurate: true,
};

type Call = FakeCall<EstimateCommand, EstimateResponse>;

/** A client that answers an estimate as told. */
function clientWhich(answers: (call: Call) => Promise<void>): ClientLink {
  return {
    ...new FakeDaemons().client(),
    estimate(signal) {
      const call: Call = new FakeCall(signal);
      answers(call).then(
        () => call.end(),
        (error: unknown) => call.end(error),
      );
      return call.exchange();
    },
  };
}

async function* pages(count: number, failure?: Error): AsyncGenerator<PriorState> {
  for (let page = 1; page <= count; page++) yield { batch: Buffer.from([page]), last: page === count };
  if (failure) throw failure;
}

const estimate = (
  client: ClientLink,
  prior: AsyncIterable<PriorState>,
  onMessage: Estimate['onMessage'] = () => Promise.resolve(),
) =>
  estimateOn(client, {
    start: START,
    prior,
    onListing: undefined,
    onMessage,
    signal: new AbortController().signal,
  });

describe('an estimate', () => {
  it('passes on what the client says of files', async () => {
    const client = clientWhich(async (call) => {
      await call.take();
      const text = 'Could not stat "/x"';
      call.answer({
        event: {
          $case: 'message',
          value: { type: MessageType.NOT_SAVED, text, path: Buffer.from('/x'), atMs: 1 },
        },
      });
    });
    const texts: string[] = [];
    await estimate(client, pages(1), async ({ type, text }) => void texts.push(`${type}: ${text.trim()}`));
    expect(texts).toEqual(['NotSaved: Could not stat "/x"']);
  });
});

describe('an accurate estimate', () => {
  it('sends the prior state behind the start, says when there is no more, and gives the totals', async () => {
    const heard: unknown[] = [];
    const client = clientWhich(async (call) => {
      for (let next = await call.take(); next; next = await call.take()) {
        heard.push(next.command?.$case === 'prior' ? next.command.value.batch[0] : next.command?.$case);
      }
      call.answer({ event: { $case: 'totals', value: { files: 3, bytes: 4 } } });
    });
    expect(await estimate(client, pages(2))).toEqual({ files: 3, bytes: 4 });
    expect(heard).toEqual(['start', 1, 2]);
  });

  it('ends with what the catalog says when that cannot give the prior state', async () => {
    const gone = new Error('not open any more');
    let wasCalledOff = false;
    const client = clientWhich(async (call) => {
      call.signal.addEventListener('abort', () => (wasCalledOff = true));
      while (await call.take());
    });
    await expect(estimate(client, pages(1, gone))).rejects.toBe(gone);
    expect(wasCalledOff).toBe(true);
  });

  it('ends with what the client says, and lets the prior state go', async () => {
    const refused = new Error('no such FileSet');
    let wasLetGo = false;
    async function* endless(): AsyncGenerator<PriorState> {
      try {
        for (;;)
          yield await new Promise((resolve) =>
            setImmediate(() => resolve({ batch: Buffer.alloc(1), last: false })),
          );
      } finally {
        wasLetGo = true;
      }
    }
    const client = clientWhich(async (call) => {
      await call.take();
      throw refused;
    });
    await expect(estimate(client, endless())).rejects.toBe(refused);
    expect(wasLetGo).toBe(true);
  });
});
