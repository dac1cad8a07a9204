import type { StandardEditorProps } from '@grafana/data';
import { BudgetSelect } from '../shared/BudgetSelect.js';

export function BudgetOption({ value, onChange, id }: StandardEditorProps<string>) {
  return <BudgetSelect {...(id ? { id } : {})} value={value} onChange={onChange} />;
}
