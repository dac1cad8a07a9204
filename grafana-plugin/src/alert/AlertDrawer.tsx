import { useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, ClipboardButton, Drawer, Field, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import { BudgetSelect, findProblem } from '../shared/BudgetSelect.js';
import { TextInput } from '../shared/inputs.js';
import { alertTexts, type AlertKind, type AlertSubject } from './texts.js';
import { t } from '../shared/i18n.js';

interface Props {
  readonly subject: AlertSubject;
  readonly onClose: () => void;
}

const kinds = (): Array<{ value: AlertKind; label: string }> => [
  { value: 'serve', label: t('alert.serve', '1. heed serve') },
  { value: 'prometheus', label: t('alert.prometheus', '2. Prometheus rule') },
  { value: 'grafana', label: t('alert.grafana', 'or Grafana rule') },
];

const leads = (): Record<AlertKind, string> => ({
  serve: t(
    'alert.lead-serve',
    'A chart is scored in your browser; an alert needs something that is always on. heed serve watches the same query, with the same monitor, and Prometheus scrapes it.',
  ),
  prometheus: t('alert.lead-prometheus', 'A rule file for Prometheus, on what heed serve says.'),
  grafana: t('alert.lead-grafana', 'A provisioning file for Grafana alerting, on what heed serve says.'),
});

/** The alert for a chart: what watches it, and the rule, ready to copy or download. */
export function AlertDrawer({ subject, onClose }: Props) {
  const styles = useStyles2(getStyles);
  const [asked, setAsked] = useState(subject);
  const [kind, setKind] = useState<AlertKind>('serve');
  const change = (part: Partial<AlertSubject>) => setAsked({ ...asked, ...part });
  const problem = findProblem(asked.budget);
  const { text, file } = alertTexts(asked)[kind];
  const isIncomplete = problem !== undefined || (kind === 'serve' && asked.expr === '');
  const download = () => {
    const url = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = file;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Drawer title={t('alert.title', 'From chart to alert')} subtitle={asked.name} size="md" onClose={onClose}>
      <div data-testid="heed-alert" className={styles.content}>
        <Field
          label={t('alert.name', 'Name')}
          description={t('alert.name-help', 'The label query of its metrics and alerts')}
        >
          <TextInput
            id="heed-alert-name"
            width={40}
            value={asked.name}
            onCommit={(name) => change({ name })}
          />
        </Field>
        <Field
          label={t('alert.promql', 'PromQL')}
          invalid={asked.expr === ''}
          error={t('alert.no-query', 'heed serve reads Prometheus: write the query for these data.')}
        >
          <TextInput
            id="heed-alert-expr"
            width={60}
            value={asked.expr}
            onCommit={(expr) => change({ expr })}
          />
        </Field>
        <Field
          label={t('budget.label', 'Alert budget')}
          description={t('budget.help', 'At most so many false incidents per series')}
          invalid={problem !== undefined}
          error={problem}
        >
          <BudgetSelect
            id="heed-alert-budget"
            width={24}
            value={asked.budget}
            onChange={(budget) => change({ budget })}
          />
        </Field>
        <RadioButtonGroup<AlertKind> options={kinds()} value={kind} onChange={setKind} />
        <p className={styles.lead}>{leads()[kind]}</p>
        <pre data-testid="heed-alert-text" className={styles.text} tabIndex={0} aria-label={file}>
          {text}
        </pre>
        <div className={styles.buttons}>
          <ClipboardButton icon="copy" disabled={isIncomplete} getText={() => text}>
            {t('alert.copy', 'Copy')}
          </ClipboardButton>
          <Button variant="secondary" icon="download-alt" disabled={isIncomplete} onClick={download}>
            {t('alert.download', 'Download {{file}}', { file })}
          </Button>
        </div>
      </div>
    </Drawer>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  content: css({ overflowWrap: 'anywhere' }),
  lead: css({ color: theme.colors.text.secondary, margin: '12px 0' }),
  text: css({ maxHeight: 340, overflow: 'auto', fontSize: 12, whiteSpace: 'pre' }),
  buttons: css({ display: 'flex', gap: 8, flexWrap: 'wrap' }),
});
