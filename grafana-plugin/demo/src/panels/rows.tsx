import { PanelPlugin, getFieldDisplayName, formattedValueToString, type PanelProps } from '@grafana/data';

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
              <th key={field.name}>{getFieldDisplayName(field, frame)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: Math.min(frame.length, 200) }, (_, i) => (
            <tr key={i}>
              {frame.fields.map((field) => (
                <td key={field.name}>
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
