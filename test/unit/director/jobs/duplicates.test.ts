import { describe, expect, test } from 'vitest';
import { judgeDuplicate, type DuplicateRules } from '../../../../director/jobs/duplicates.ts';

const RULES: DuplicateRules = {
  allowDuplicateJobs: false,
  cancelLowerLevelDuplicates: false,
  cancelQueuedDuplicates: false,
  cancelRunningDuplicates: false,
};

function judge(
  rules: Partial<DuplicateRules>,
  level: string,
  ...others: [level: string, where: 'queued' | 'running'][]
): string {
  const runs = others.map(([of, where], index) => ({
    jobId: index + 7,
    level: of,
    status: where === 'queued' ? 's' : 'R',
  }));
  const verdict = judgeDuplicate({ level, rules: { ...RULES, ...rules } }, runs);
  return verdict.action === 'cancel other' ? `cancel ${verdict.jobId}` : verdict.action;
}

describe('duplicates', () => {
  test('are looked for only if AllowDuplicateJobs = no', () => {
    expect(judge({ allowDuplicateJobs: true, cancelRunningDuplicates: true }, 'F', ['F', 'running'])).toBe(
      'run both',
    );
    expect(judge({}, 'F')).toBe('run both');
  });

  test.each([
    ['F', 'I', 'cancel 7'],
    ['F', 'D', 'cancel 7'],
    ['f', 'D', 'cancel 7'],
    ['D', 'I', 'cancel 7'],
    ['D', 'F', 'cancel new'],
    ['I', 'F', 'cancel new'],
    ['I', 'D', 'cancel new'],
  ])('CancelLowerLevelDuplicates: new %s while %s is there: %s', (level, other, verdict) => {
    const rules = { cancelLowerLevelDuplicates: true };
    expect(judge(rules, level, [other, 'running'])).toBe(verdict);
    expect(judge(rules, level, [other, 'queued'])).toBe(verdict);
  });

  test('of equal levels, the next rules decide', () => {
    expect(
      judge({ cancelLowerLevelDuplicates: true, cancelRunningDuplicates: true }, 'F', ['F', 'running']),
    ).toBe('cancel 7');
    expect(judge({ cancelLowerLevelDuplicates: true }, 'F', ['F', 'running'])).toBe('cancel new');
  });

  test('CancelQueuedDuplicates: the other one is cancelled when it still waits', () => {
    expect(judge({ cancelQueuedDuplicates: true }, 'I', ['F', 'queued'])).toBe('cancel 7');
    expect(judge({ cancelQueuedDuplicates: true }, 'I', ['F', 'running'])).toBe('cancel new');
  });

  test.each([
    ...[...'Cjcspdt'].map((status) => [status, 'cancel other'] as const),
    ...[...'RFSmMTA'].map((status) => [status, 'cancel new'] as const),
  ])('CancelQueuedDuplicates: of the other one in state %s: %s', (status, action) => {
    const rules = { ...RULES, cancelQueuedDuplicates: true };
    const verdict = judgeDuplicate({ level: 'F', rules }, [{ jobId: 7, level: 'F', status }]);
    expect(verdict.action).toBe(action);
  });

  test('CancelRunningDuplicates: the other one is cancelled, queued or running', () => {
    expect(judge({ cancelRunningDuplicates: true }, 'I', ['F', 'running'])).toBe('cancel 7');
    expect(judge({ cancelRunningDuplicates: true }, 'I', ['F', 'queued'])).toBe('cancel 7');
  });

  test('none applies: the new run is cancelled, with the JobId of the other', () => {
    const verdict = judgeDuplicate({ level: 'F', rules: RULES }, [{ jobId: 7, level: 'F', status: 'R' }]);
    expect(verdict).toEqual({
      action: 'cancel new',
      reason: 'JobId 7 already running. Duplicate job not allowed.',
    });
  });

  test('the first other run decides', () => {
    const rules = { cancelQueuedDuplicates: true };
    expect(judge(rules, 'F', ['F', 'running'], ['F', 'queued'])).toBe('cancel new');
    expect(judge(rules, 'F', ['F', 'queued'], ['F', 'running'])).toBe('cancel 7');
  });
});
