import { describe, expect, it } from 'vitest';
import { TicketOffice } from '../../../transport/ticket.ts';
import { connectTo, hello, rejection, startDaemon } from './test-daemon.ts';

describe('a ticket', () => {
  it('lets its holder in under its own role, and nobody else', async () => {
    const office = new TicketOffice<string>();
    const ticket = office.issue('session 7');
    await using daemon = await startDaemon({ findSecret: (peer) => office.secretOf(peer) });
    const self = { role: 'ticket', name: ticket.ticketId } as const;

    using holder = connectTo(daemon.port, { self, secret: { key: ticket.secret } });
    const { name } = await hello(holder);
    expect(JSON.parse(name)).toEqual(self);
    expect(office.find(ticket.ticketId)).toBe('session 7');

    using guesser = connectTo(daemon.port, { self, secret: { key: Buffer.alloc(32) } });
    expect(await rejection(hello(guesser))).toMatchObject({ code: 'NET_PASSWORD_REFUSED' });
    const asDirector = { role: 'director', name: ticket.ticketId } as const;
    using climber = connectTo(daemon.port, { self: asDirector, secret: { key: ticket.secret } });
    expect(await rejection(hello(climber))).toMatchObject({ code: 'NET_NAME_REFUSED' });
  });

  it('that was revoked, or never issued, is refused with a sentence about the job', async () => {
    const office = new TicketOffice<string>();
    const ticket = office.issue('session 8');
    await using daemon = await startDaemon({ findSecret: (peer) => office.secretOf(peer) });
    office.revoke(ticket.ticketId);
    expect(office.find(ticket.ticketId)).toBeUndefined();
    for (const name of [ticket.ticketId, 'made-up']) {
      using holder = connectTo(daemon.port, {
        self: { role: 'ticket', name },
        secret: { key: ticket.secret },
      });
      const error = await rejection(hello(holder));
      expect(error).toMatchObject({
        code: 'NET_NAME_REFUSED',
        message: expect.stringContaining('ticket of this job') as string,
      });
    }
    expect(daemon.refusals).toEqual([expect.stringContaining('came with a ticket that is not in force')]);
  });
});
