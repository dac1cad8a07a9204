import { useState } from 'react';
import { Input } from '@grafana/ui';

/** Commits on blur and Enter: every keystroke would score the whole dashboard anew. */
export function TextInput(props: {
  id: string;
  value: string | undefined;
  placeholder?: string;
  width?: number;
  onCommit: (value: string) => void;
}) {
  const [text, setText] = useState<string | undefined>();
  const commit = () => {
    if (text !== undefined && text !== (props.value ?? '')) props.onCommit(text);
    setText(undefined);
  };
  return (
    <Input
      id={props.id}
      width={props.width ?? 14}
      placeholder={props.placeholder ?? ''}
      value={text ?? props.value ?? ''}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
    />
  );
}

export function NumberInput(props: {
  id: string;
  value: number | undefined;
  min?: number;
  max?: number;
  onCommit: (value: number | undefined) => void;
}) {
  const [text, setText] = useState<string | undefined>();
  const commit = () => {
    if (text !== undefined) {
      const parsed = text.trim() === '' ? undefined : Number(text);
      if (parsed === undefined) props.onCommit(undefined);
      else if (Number.isFinite(parsed))
        props.onCommit(Math.min(props.max ?? Infinity, Math.max(props.min ?? -Infinity, parsed)));
    }
    setText(undefined);
  };
  return (
    <Input
      id={props.id}
      type="number"
      width={10}
      min={props.min}
      max={props.max}
      value={text ?? props.value ?? ''}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
    />
  );
}
