import { textType } from './text.ts';

const PORT_MAX = 65_535;
/** A name or an IPv4 address, an IPv6 address in brackets or alone, and a port behind a colon. */
const FORMS = [
  /^\[(?<host>[0-9a-f:.%]+)\](?::(?<port>\d{1,5}))?$/i,
  /^(?<host>[^\s:[\]]+)(?::(?<port>\d{1,5}))?$/,
  /^(?<host>[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.]*)$/i,
];

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** Reads `host`, `host:port`, `[::1]:port`; undefined when it is none of them. */
export function readHostAndPort(text: string, portByDefault: number): HostAndPort | undefined {
  for (const form of FORMS) {
    const { host, port = String(portByDefault) } = form.exec(text)?.groups ?? {};
    if (host === undefined) continue;
    return Number(port) >= 1 && Number(port) <= PORT_MAX ? { host, port: Number(port) } : undefined;
  }
  return undefined;
}

/** A host, and the port if it is not the usual one. */
export const hostAndPort = textType('a host, or host:port', 'mail.example.org:25', (text, directiveName) =>
  readHostAndPort(text, 1) === undefined
    ? {
        message: `${directiveName} is no "host" or "host:port": "${text}"`,
        hint: 'for example "localhost:25"',
      }
    : undefined,
);
