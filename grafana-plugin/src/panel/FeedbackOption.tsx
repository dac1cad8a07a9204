import { dateTimeFormat, type StandardEditorProps } from '@grafana/data';
import { Button } from '@grafana/ui';
import type { PanelFeedback } from './types.js';

export function FeedbackOption({ value, onChange }: StandardEditorProps<PanelFeedback[]>) {
  const list = value ?? [];
  if (list.length === 0) return <span>None yet. Open an event with Why to give some.</span>;
  return (
    <ul style={{ listStyle: 'none' }}>
      {list.map((item, i) => (
        <li key={i} style={{ display: 'flex', justifyContent: 'space-between', gap: 8 }}>
          <span>
            {item.kind === 'normal' ? 'normal' : 'anomaly'}: {item.series}, {dateTimeFormat(item.start)}
          </span>
          <Button
            size="sm"
            variant="secondary"
            icon="trash-alt"
            aria-label="Remove this feedback"
            onClick={() => onChange(list.filter((_, k) => k !== i))}
          />
        </li>
      ))}
    </ul>
  );
}
