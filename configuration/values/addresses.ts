import type { Block } from '../syntax.ts';
import type { BlockType, ReadContext } from '../value-type.ts';
import { port } from './numbers.ts';
import { quote, textType } from './text.ts';

/** An address to listen on. */
export interface ListenAddress {
  readonly family: 'any' | 'ipv4' | 'ipv6';
  /** Host name or IP address; absent = all addresses of the family. */
  readonly address?: string;
  /** Absent = the port of the resource. */
  readonly port?: number;
}

const FAMILIES: Readonly<Record<string, ListenAddress['family']>> = { ip: 'any', ipv4: 'ipv4', ipv6: 'ipv6' };
const FAMILY_NAMES = { any: 'ip', ipv4: 'ipv4', ipv6: 'ipv6' } as const;

/** A host name or an IP address. */
export const address = textType('a host name or address', 'backup.example.org', (text, directiveName) =>
  text === '' ? { message: `${directiveName} is empty` } : undefined,
);

/** `{ ip = { addr = 10.0.0.1; port = 9101 } ipv6 = { addr = ::1 } }`. */
export const addresses: BlockType<readonly ListenAddress[]> = {
  form: 'block',
  title: 'a block of addresses',
  example: '{ ip = { addr = 10.0.0.1; port = 9101 } }',
  repeated: 'adds',
  equals: 'wanted',
  read(block, context) {
    const result: ListenAddress[] = [];
    for (const entry of block.entries) {
      const family = FAMILIES[entry.key];
      if (family === undefined || entry.kind !== 'block') {
        context.error(
          entry.name,
          `${block.name.text} holds blocks ip, ipv4 and ipv6, not "${entry.name.text}"`,
          `for example "${block.name.text} = ${addresses.example}"`,
        );
        continue;
      }
      result.push({ family, ...readAddress(entry, context) });
    }
    return result;
  },
  print: (name, value) =>
    value.length === 0
      ? []
      : [
          `${name} = {`,
          ...value.map((one) => {
            const parts = [
              one.address === undefined ? '' : `addr = ${quote(one.address)}`,
              one.port === undefined ? '' : `port = ${one.port}`,
            ];
            return `  ${FAMILY_NAMES[one.family]} = { ${parts.filter(Boolean).join('; ')} }`;
          }),
          '}',
        ],
};

function readAddress(block: Block, context: ReadContext): { address?: string; port?: number } {
  const result: { address?: string; port?: number } = {};
  for (const entry of block.entries) {
    if (entry.kind === 'assignment' && entry.key === 'addr') {
      const value = address.read(entry, context);
      if (value !== undefined) result.address = value;
    } else if (entry.kind === 'assignment' && entry.key === 'port') {
      const value = port.read(entry, context);
      if (value !== undefined) result.port = value;
    } else {
      context.error(entry.name, `an address has "addr" and "port", not "${entry.name.text}"`);
    }
  }
  return result;
}

/**
 * Where a daemon listens: the address block, else the single address, else all addresses.
 * '::' takes IPv4 connections as well.
 */
export function listenAddresses(conf: {
  block: readonly ListenAddress[];
  single: string | undefined;
  port: number;
}): { host: string; port: number }[] {
  if (conf.block.length > 0) {
    return conf.block.map((one) => ({
      host: one.address ?? (one.family === 'ipv4' ? '0.0.0.0' : '::'),
      port: one.port ?? conf.port,
    }));
  }
  return [{ host: conf.single ?? '::', port: conf.port }];
}
