import { severityClass } from '@heed/core';
import type { MonitorState } from '@heed/core/live';
import { t } from '../shared/i18n.js';

/** The name of a severity's class. */
export function severityName(severity: number): string {
  const { name } = severityClass(severity);
  const names: Readonly<Record<string, string>> = {
    low: t('severity.low', 'low'),
    medium: t('severity.medium', 'medium'),
    high: t('severity.high', 'high'),
    critical: t('severity.critical', 'critical'),
  };
  return names[name] ?? name;
}

/** What a monitor thinks of a series. */
export function stateName(state: MonitorState): string {
  const names: Readonly<Record<MonitorState, string>> = {
    learning: t('state.learning', 'learning'),
    normal: t('state.normal', 'normal'),
    anomalous: t('state.anomalous', 'anomalous'),
    recovering: t('state.recovering', 'recovering'),
    'no data': t('state.no-data', 'no data'),
  };
  return names[state];
}
