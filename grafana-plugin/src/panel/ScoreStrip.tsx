import { useEffect, useRef } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2, TimeRange } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { drawStrip, thresholdHeight, type Picture } from './drawing.js';
import { t } from '../shared/i18n.js';

interface Props {
  readonly picture: Picture;
  readonly timeRange: TimeRange;
  /** Place of the plot above it, px. */
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

const gap = 3;

/** How unusual the shown values are, below the time they were seen at; the dotted line is the threshold. */
export function ScoreStrip({ picture, timeRange, left, width, height }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const canvas = useRef<HTMLCanvasElement | null>(null);
  const from = timeRange.from.valueOf();
  const to = timeRange.to.valueOf();
  const inside = height - gap;
  useEffect(() => {
    if (!canvas.current) return;
    drawStrip(canvas.current, picture, [from, to], {
      bar: theme.colors.text.disabled,
      threshold: theme.colors.text.secondary,
    });
  }, [picture, width, height, from, to, theme]);
  return (
    <>
      <span className={styles.label} style={{ width: left - 6, height: inside }}>
        {t('strip.score', 'score')}
      </span>
      {inside > 24 && (
        <span className={styles.tick} style={{ left: left + 2, bottom: thresholdHeight(inside) }}>
          {t('strip.threshold', 'threshold')}
        </span>
      )}
      <canvas
        ref={canvas}
        data-testid="heed-score-strip"
        aria-label={t('strip.label', 'Anomaly score over time; the dotted line is the threshold')}
        role="img"
        width={Math.round(width * devicePixelRatio)}
        height={Math.round(inside * devicePixelRatio)}
        className={styles.canvas}
        style={{ left, width, height: inside }}
      />
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  label: css({
    position: 'absolute',
    bottom: 0,
    left: 0,
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'flex-end',
    fontSize: 11,
    color: theme.colors.text.secondary,
  }),
  tick: css({
    position: 'absolute',
    fontSize: 10,
    lineHeight: '12px',
    pointerEvents: 'none',
    color: theme.colors.text.secondary,
  }),
  canvas: css({ position: 'absolute', bottom: 0, borderBottom: `1px solid ${theme.colors.border.weak}` }),
});
