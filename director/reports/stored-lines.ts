import { withCommas } from '../../text/numbers.ts';
import { bytesValue, type ReportLine } from './report-lines.ts';

/** What a storage daemon did for a job that writes. */
export interface Stored {
  readonly sdFiles: number;
  readonly sdBytes: number;
  readonly volumeNames: readonly string[];
  readonly volSessionId: number;
  readonly volSessionTime: number;
  readonly lastVolumeBytes: number;
  readonly sdErrors: number;
  readonly sdStatus: string;
}

export const NOTHING_STORED: Stored = {
  sdFiles: 0,
  sdBytes: 0,
  volumeNames: [],
  volSessionId: 0,
  volSessionTime: 0,
  lastVolumeBytes: 0,
  sdErrors: 0,
  sdStatus: '',
};

export function writtenLines({ sdFiles, sdBytes }: Stored): ReportLine[] {
  return [
    ['SD Files Written', withCommas(sdFiles)],
    ['SD Bytes Written', bytesValue(sdBytes)],
  ];
}

export function volumeLines(
  stored: Omit<Stored, 'sdFiles' | 'sdBytes' | 'sdErrors' | 'sdStatus'>,
): ReportLine[] {
  return [
    ['Volume name(s)', stored.volumeNames.join('|')],
    ['Volume Session Id', String(stored.volSessionId)],
    ['Volume Session Time', String(stored.volSessionTime)],
    ['Last Volume Bytes', bytesValue(stored.lastVolumeBytes)],
  ];
}

export function storageEndLines({ sdErrors, sdStatus }: Stored): ReportLine[] {
  return [
    ['SD Errors', String(sdErrors)],
    ['SD termination status', sdStatus],
  ];
}
