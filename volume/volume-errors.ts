import { OperatorError } from '../errors/operator-error.ts';

/** Bytes on a volume (or from a peer) are not the member they should be. */
export class MemberDamaged extends OperatorError {
  readonly code = 'VOL_MEMBER_DAMAGED';
  override readonly hint = 'Check the disk the volume lies on; what other blocks hold can still be restored.';
}
