import { useState } from 'react';
import { Button } from '@grafana/ui';
import { AlertDrawer } from './AlertDrawer.js';
import type { AlertSubject } from './texts.js';
import { t } from '../shared/i18n.js';

interface Props {
  /** As it is when the button is pressed. */
  readonly subject: () => AlertSubject;
  /** Without words, where there is little room. */
  readonly small?: boolean;
}

export function AlertButton({ subject, small }: Props) {
  const [shown, setShown] = useState<AlertSubject | undefined>();
  const label = t('alert.make', 'Make an alert');
  return (
    <>
      <Button
        size="sm"
        variant="secondary"
        fill={small ? 'text' : 'solid'}
        icon="bell"
        {...(small ? { tooltip: label } : {})}
        aria-label={label}
        onClick={() => setShown(subject())}
      >
        {small ? undefined : label}
      </Button>
      {shown && <AlertDrawer subject={shown} onClose={() => setShown(undefined)} />}
    </>
  );
}
