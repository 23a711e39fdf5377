/**
 * What the catalog's final status letter means to a reader of the report. Monitoring scripts look for these texts.
 * T ended well, W well with warnings, e with errors, A cancelled, I incomplete, f and E failed.
 */
export function backupTermination(status: string): string {
  switch (status) {
    case 'T':
      return 'Backup OK';
    case 'W':
      return 'Backup OK -- with warnings';
    case 'A':
      return 'Backup Canceled';
    case 'I':
      return 'Backup failed -- Incomplete';
    default:
      return '*** Backup Error ***';
  }
}

export function restoreTermination(status: string, counts: { expected: number; restored: number }): string {
  switch (status) {
    case 'T':
      return 'Restore OK';
    case 'W':
      return counts.expected === counts.restored
        ? 'Restore OK -- with warnings'
        : 'Restore OK -- warning file count mismatch';
    case 'e':
      return 'Restore OK -- with errors';
    case 'A':
      return 'Restore Canceled';
    case 'I':
      return 'Restore Incomplete';
    default:
      return '*** Restore Error ***';
  }
}

export function adminTermination(status: string): string {
  if (status === 'T' || status === 'W') return 'Admin OK';
  return status === 'A' ? 'Admin Canceled' : '*** Admin Error ***';
}

export function verifyTermination(status: string): string {
  switch (status) {
    case 'T':
      return 'Verify OK';
    case 'W':
      return 'Verify OK -- with warnings';
    case 'e':
      return 'Verify warnings';
    case 'D':
      return 'Verify Differences';
    case 'A':
      return 'Verify Canceled';
    default:
      return '*** Verify Error ***';
  }
}

/** `isIdle`: there was nothing to copy. */
export function copyTermination(
  status: string,
  { migrates, isIdle }: { readonly migrates: boolean; readonly isIdle: boolean },
): string {
  const what = migrates ? 'Migration' : 'Copying';
  switch (status) {
    case 'T':
      return isIdle ? `${what} -- no files to ${migrates ? 'migrate' : 'copy'}` : `${what} OK`;
    case 'W':
      return `${what} OK -- with warnings`;
    case 'A':
      return `${what} Canceled`;
    default:
      return `*** ${what} Error ***`;
  }
}

/** The text of `%e` in a MailCommand or script. */
export function exitStatusText(status: string): string {
  switch (status) {
    case 'T':
      return 'OK';
    case 'W':
      return 'OK -- with warnings';
    case 'A':
      return 'Canceled';
    case 'D':
      return 'Differences';
    case 'I':
      return 'Incomplete';
    case 'f':
      return 'Fatal Error';
    default:
      return 'Error';
  }
}

/** Whether a run ended well, in the sense of Mail On Success and of the next run's level. */
export function endedWell(status: string): boolean {
  return status === 'T' || status === 'W';
}
