import { css } from '@emotion/css';
import { useStyles2 } from '@grafana/ui';
import { severityClass } from '@heed/core';

/** A severity by its class and number. */
export function SeverityBadge({ severity }: { severity: number }) {
  const styles = useStyles2(getStyles);
  const { name, color, textColor } = severityClass(severity);
  return (
    <span className={styles.badge} style={{ background: color, color: textColor }}>
      {name} {Math.round(severity)}
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
