import type { MessageType } from '../../configuration/values/destination.ts';

/** What one daemon had to complain about during a job. */
export class PeerCounts {
  errors = 0;
  warnings = 0;

  note(type: MessageType): void {
    if (type === 'Error' || type === 'Fatal' || type === 'NotSaved') this.errors += 1;
    if (type === 'Warning') this.warnings += 1;
  }
}
