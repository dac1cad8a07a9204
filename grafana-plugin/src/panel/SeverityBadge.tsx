import { css } from '@emotion/css';
import { useStyles2 } from '@grafana/ui';
import { severityClass } from '@heed/core';
import { severityName } from './words.js';

/** A severity by its class and number. */
export function SeverityBadge({ severity }: { severity: number }) {
  const styles = useStyles2(getStyles);
  const { color, textColor } = severityClass(severity);
  return (
    <span className={styles.badge} style={{ background: color, color: textColor }}>
      {severityName(severity)} {Math.round(severity)}
    </span>
  );
}

const getStyles = () => ({
  badge: css({
    flex: '0 0 82px',
    textAlign: 'center',
    borderRadius: 3,
    padding: '0 4px',
    fontSize: 12,
    lineHeight: '18px',
  }),
});
