import { PanelPlugin, getFieldDisplayName, formattedValueToString, type PanelProps } from '@grafana/data';

const cell = { padding: '2px 12px 2px 0', textAlign: 'left', verticalAlign: 'top' } as const;

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
                <td key={field.name} style={cell}>
                  {field.display
                    ? formattedValueToString(field.display(field.values[i]))
                    : String(field.values[i])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export const rowsPlugin = new PanelPlugin(RowsPanel).useFieldConfig();
