import { useState } from 'react';
import { Button } from '@grafana/ui';
import { AlertDrawer } from './AlertDrawer.js';
import type { AlertSubject } from './texts.js';

interface Props {
  /** As it is when the button is pressed. */
  readonly subject: () => AlertSubject;
  /** Without words, where there is little room. */
  readonly small?: boolean;
}

export function AlertButton({ subject, small }: Props) {
  const [shown, setShown] = useState<AlertSubject | undefined>();
  return (
    <>
      <Button
        size="sm"
        variant="secondary"
        fill={small ? 'text' : 'solid'}
        icon="bell"
        {...(small ? { tooltip: 'Make an alert' } : {})}
        aria-label="Make an alert"
        onClick={() => setShown(subject())}
      >
        {small ? undefined : 'Make an alert'}
      </Button>
      {shown && <AlertDrawer subject={shown} onClose={() => setShown(undefined)} />}
    </>
  );
}
