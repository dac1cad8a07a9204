/** The layouts that are read, by name and with a sample of three lines or more; docs/formats.md says more of each. */
export interface Layout {
  readonly name: string;
  readonly sample: string;
}

export const layouts: Readonly<Record<string, readonly Layout[]>> = {
  'Tables of text': [
    {
      name: 'A column per series',
      sample: String.raw`time,latency,errors
2026-03-02T00:00:00Z,19.4,0
2026-03-02T00:01:00Z,21.1,2`,
    },
    {
      name: 'CSV of Grafana',
      sample: String.raw`sep=,
"Time","heap"
2026-03-02 00:00:00,1.03 GiB
2026-03-02 00:01:00,987 MiB`,
    },
    {
      name: 'Long tables',
      sample: String.raw`"Series";"Time";"Value"
"web-1";"2026-03-02T00:00:00+00:00";19.4
"web-2";"2026-03-02T00:00:00+00:00";24.4
"web-1";"2026-03-02T00:01:00+00:00";21.1
"web-2";"2026-03-02T00:01:00+00:00";26.1`,
    },
    {
      name: 'InfluxDB',
      sample: String.raw`#datatype,string,long,dateTime:RFC3339,double,string,string
,result,table,_time,_value,_field,host
,,0,2026-03-02T00:00:00Z,19.4,usage,a
,,0,2026-03-02T00:01:00Z,21.1,usage,a`,
    },
    {
      name: 'Kibana, Splunk',
      sample: String.raw`"@timestamp per minute","Average of cpu"
"Mar 2, 2026 @ 00:00:00.000","1,457.89"
"Mar 2, 2026 @ 00:01:00.000","1,473.79"`,
    },
    {
      name: 'pandas',
      sample: String.raw`,time,latency
0,2026-03-02 00:00:00,19.4
1,2026-03-02 00:01:00,21.1`,
    },
    {
      name: 'Tables that databases draw',
      sample: String.raw`┌─────────────────────┬────────┐
│         ts          │  cpu   │
│      timestamp      │ double │
├─────────────────────┼────────┤
│ 2026-03-02 00:00:00 │   19.4 │
│ 2026-03-02 00:01:00 │   21.1 │
└─────────────────────┴────────┘`,
    },
    {
      name: 'Tables with a series per row',
      sample: String.raw`host,region,2026-03-02 00:00,2026-03-02 00:01,2026-03-02 00:02,2026-03-02 00:03
web-1,eu,19.4,21.1,20.9,20.2
web-2,us,24.4,26.1,25.9,25.0`,
    },
    {
      name: 'Tables below a rule of dashes',
      sample: String.raw`minute               cpu    host
-------------------  -----  ------
2026-03-02 00:00:00   19.4  web 1
2026-03-02 00:01:00   21.1  web 1`,
    },
    {
      name: 'Records of psql and MySQL',
      sample: String.raw`-[ RECORD 1 ]----------------
minute | 2026-03-02 00:00:00
cpu    | 19.4
-[ RECORD 2 ]----------------
minute | 2026-03-02 00:01:00
cpu    | 21.1`,
    },
    {
      name: 'Times in parts',
      sample: String.raw`date,hour,load
2026-03-02,0,19.4
2026-03-02,1,21.1
2026-03-02,2,20.9`,
    },
    {
      name: 'Tables with a row per day',
      sample: String.raw`meter,day,00:00,01:00,02:00,03:00,04:00,05:00,06:00,07:00
A,2026-03-02,0.4,0.3,0.3,0.2,0.3,0.5,0.9,1.1
A,2026-03-03,0.5,0.3,0.2,0.2,0.3,0.6,1.0,1.2`,
    },
    {
      name: 'Loggers',
      sample: String.raw`"TIMESTAMP","RECORD","AirTC_Avg"
"TS","RN","Deg C"
"","","Avg"
"2026-03-02 00:00:00",0,19.4
"2026-03-02 00:01:00",1,21.1`,
    },
    {
      name: 'Tables with titles, comments or totals around them',
      sample: String.raw`Mission Sample Count: 400
# run 7
Date/Time,temp
,°C
2026-03-02 00:00,19.4
2026-03-02 00:01,21.1
2026-03-02 00:02,20.9
Mean,20.5`,
    },
  ],
  'Lines of measurements': [
    {
      name: 'Prometheus text',
      sample: String.raw`{__name__="up", instance="a"} 1 1772409600000
{__name__="up", instance="a"} 0 1772409660000
{__name__="up", instance="a"} 1 1772409720000`,
    },
    {
      name: 'promtool query',
      sample: String.raw`up{instance="a"} =>
1 @[1772409600]
0 @[1772409660]`,
    },
    {
      name: 'InfluxDB line protocol',
      sample: String.raw`cpu,host=a usage=19.4,idle=80.1 1772409600000000000
cpu,host=a usage=21.1,idle=78.4 1772409660000000000
cpu,host=a usage=20.9,idle=78.6 1772409720000000000`,
    },
    {
      name: 'Graphite',
      sample: String.raw`web.cpu,1772409600,1772409780,60|19.4,21.1,20.9
web.mem,1772409600,1772409780,60|7,None,8
web.net,1772409600,1772409780,60|1,2,3`,
    },
    {
      name: 'logfmt',
      sample: String.raw`time=2026-03-02T00:00:00Z level=info took=19.4ms
time=2026-03-02T00:01:00Z level=info took=21.1ms
time=2026-03-02T00:02:00Z level=warn took=20.9ms`,
    },
  ],
  JSON: [
    {
      name: 'Records',
      sample: String.raw`{"ts":"2026-03-02T00:00:00Z","cpu":{"user":19.4}}
{"ts":"2026-03-02T00:01:00Z","cpu":{"user":21.1}}
{"ts":"2026-03-02T00:02:00Z","cpu":{"user":20.9}}`,
    },
    {
      name: 'Columns',
      sample: String.raw`{"time":[1772409600000,1772409660000],
 "channels":[{"name":"latency","unit":"ms","values":[19.4,21.1]}],
 "labels":[0,1]}`,
    },
    {
      name: 'Prometheus, Mimir, Thanos, Loki',
      sample: String.raw`{"status":"success","data":{"resultType":"matrix","result":[
  {"metric":{"__name__":"up","instance":"a"},"values":[[1772409600,"1"],[1772409660,"0"]]},
  {"metric":{"__name__":"up","instance":"b"},"values":[[1772409600,"1"],[1772409660,"1"]]}
]}}`,
    },
    {
      name: 'VictoriaMetrics',
      sample: String.raw`{"metric":{"__name__":"up","instance":"a"},"values":[1,0],"timestamps":[1772409600000,1772409660000]}
{"metric":{"__name__":"up","instance":"b"},"values":[1,1],"timestamps":[1772409600000,1772409660000]}
{"metric":{"__name__":"up","instance":"c"},"values":[0,1],"timestamps":[1772409600000,1772409660000]}`,
    },
    {
      name: 'InfluxDB 1.x',
      sample: String.raw`{"results":[{"series":[
  {"name":"cpu","tags":{"host":"a"},"columns":["time","mean"],"values":[
    ["2026-03-02T00:00:00Z",19.4],["2026-03-02T00:01:00Z",21.1]]}
]}]}`,
    },
    {
      name: 'CloudWatch',
      sample: String.raw`{"MetricDataResults":[{"Label":"Latency",
  "Timestamps":["2026-03-02T00:01:00Z","2026-03-02T00:00:00Z"],
  "Values":[21.1,19.4]}]}`,
    },
    {
      name: 'Datadog',
      sample: String.raw`{"series":[{"metric":"system.cpu.user","scope":"host:a",
  "pointlist":[[1772409600000,19.4],
               [1772409660000,21.1]]}]}`,
    },
    {
      name: 'Dynatrace',
      sample: String.raw`{"resolution":"1m","result":[{"metricId":"host.cpu","data":[{"dimensionMap":{"host":"a"},
  "timestamps":[1772409600000,1772409660000],
  "values":[19.4,21.1]}]}]}`,
    },
    {
      name: 'Graphite',
      sample: String.raw`[{"target":"web.cpu",
  "datapoints":[[19.4,1772409600],
                [21.1,1772409660]]}]`,
    },
    {
      name: 'Netdata',
      sample: String.raw`{"labels":["time","user","system"],
 "data":[[1772409660,21.1,2],
         [1772409600,19.4,1]]}`,
    },
    {
      name: 'OpenTSDB',
      sample: String.raw`[{"metric":"sys.cpu","tags":{"host":"a"},
  "dps":{"1772409600":19.4,
         "1772409660":21.1}}]`,
    },
    {
      name: 'Elasticsearch',
      sample: String.raw`{"aggregations":{"minutes":{"buckets":[
  {"key":1772409600000,"doc_count":3,"cpu":{"value":19.4}},
  {"key":1772409660000,"doc_count":3,"cpu":{"value":21.1}}]}}}`,
    },
    {
      name: 'OpenTelemetry',
      sample: String.raw`{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"latency","unit":"ms","gauge":{"dataPoints":[
  {"timeUnixNano":"1772409600000000000","asDouble":19.4},
  {"timeUnixNano":"1772409660000000000","asDouble":21.1}]}}]}]}]}`,
    },
    {
      name: 'Home Assistant',
      sample: String.raw`[[{"entity_id":"sensor.power","state":"19.4","last_changed":"2026-03-02T00:00:00Z"},
  {"state":"21.1","last_changed":"2026-03-02T00:01:00Z"},
  {"state":"20.9","last_changed":"2026-03-02T00:02:00Z"}]]`,
    },
    {
      name: 'Zabbix, Splunk, New Relic',
      sample: String.raw`{"jsonrpc":"2.0","result":[
  {"itemid":"23296","clock":"1772409600","value":"19.4","ns":"563157632"},
  {"itemid":"23296","clock":"1772409660","value":"21.1","ns":"563157633"},
  {"itemid":"23296","clock":"1772409720","value":"20.9","ns":"563157634"}]}`,
    },
    {
      name: 'pandas',
      sample: String.raw`{"columns":["cpu","memory"],
 "index":[1772409600000,1772409660000],
 "data":[[19.4,7],[21.1,8]]}`,
    },
    {
      name: 'SQL engines',
      sample: String.raw`{"columns":[{"name":"minute","type":"datetime"},{"name":"cpu","type":"double"}],
 "rows":[["2026-03-02T00:00:00Z",19.4],
         ["2026-03-02T00:01:00Z",21.1]]}`,
    },
    {
      name: 'Data of charts',
      sample: String.raw`[{"name":"cpu","data":[[1772409600000,19.4],
                       [1772409660000,21.1]]},
 {"name":"mem","data":[[1772409600000,7],[1772409660000,8]]}]`,
    },
    {
      name: 'Grafana',
      sample: String.raw`{"results":{"A":{"frames":[{
  "schema":{"fields":[{"name":"Time","type":"time"},{"name":"cpu","type":"number"}]},
  "data":{"values":[[1772409600000,1772409660000],[19.4,21.1]]}}]}}}`,
    },
    {
      name: 'Azure Monitor',
      sample: String.raw`{"value":[{"name":{"value":"Percentage CPU"},"unit":"Percent","timeseries":[{"data":[
  {"timeStamp":"2026-03-02T00:00:00Z","average":19.4},
  {"timeStamp":"2026-03-02T00:01:00Z","average":21.1}]}]}]}`,
    },
    {
      name: 'Google Cloud Monitoring',
      sample: String.raw`{"timeSeries":[{"metric":{"type":"cpu/utilization"},"points":[
  {"interval":{"endTime":"2026-03-02T00:01:00Z"},"value":{"doubleValue":21.1}},
  {"interval":{"endTime":"2026-03-02T00:00:00Z"},"value":{"doubleValue":19.4}}]}]}`,
    },
    {
      name: 'CloudWatch Logs Insights',
      sample: String.raw`{"results":[
  [{"field":"bin(1m)","value":"2026-03-02 00:00:00.000"},{"field":"avg(cpu)","value":"19.4"}],
  [{"field":"bin(1m)","value":"2026-03-02 00:01:00.000"},{"field":"avg(cpu)","value":"21.1"}]]}`,
    },
    {
      name: 'Lists under one part of an object',
      sample: String.raw`{"latitude":52.5,"hourly":{
  "time":["2026-03-02T00:00","2026-03-02T01:00","2026-03-02T02:00"],
  "temperature_2m":[4.1,3.9,3.6]}}`,
    },
    {
      name: 'Rows of cells',
      sample: String.raw`[[1772409600000,19.4],
 [1772409660000,21.1],
 [1772409720000,20.9]]`,
    },
  ],
};
