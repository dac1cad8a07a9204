import { PanelPlugin, getFieldDisplayName, formattedValueToString, type PanelProps } from '@grafana/data';

const cell = { padding: '2px 12px 2px 0', textAlign: 'left', verticalAlign: 'top' } as const;

/** Times and numbers stay on their line; sentences have three, and are whole under the mouse. */
function Cell({ text }: { text: string }) {
  if (text.length <= 40) return <td style={{ ...cell, whiteSpace: 'nowrap' }}>{text}</td>;
  return (
    <td style={{ ...cell, minWidth: 320 }} title={text}>
      <div
        style={{
          display: '-webkit-box',
          WebkitBoxOrient: 'vertical',
          WebkitLineClamp: 3,
          overflow: 'hidden',
        }}
      >
        {text}
      </div>
    </td>
  );
}

/** A plain table, standing in for Grafana's, which is not on npm. */
function RowsPanel({ data, width, height }: PanelProps) {
  const frame = data.series[0];
  if (!frame) return <div>No data</div>;
  return (
    <div style={{ width, height, overflow: 'auto' }} data-testid="rows">
      <table style={{ width: '100%', fontSize: 12 }}>
        <thead>
          <tr>
            {frame.fields.map((field) => (
              <th key={field.name} style={cell}>
                {getFieldDisplayName(field, frame)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: Math.min(frame.length, 200) }, (_, i) => (
            <tr key={i}>
              {frame.fields.map((field) => (
                <Cell
                  key={field.name}
                  text={
                    field.display
                      ? formattedValueToString(field.display(field.values[i]))
                      : String(field.values[i])
                  }
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export const rowsPlugin = new PanelPlugin(RowsPanel).useFieldConfig();
