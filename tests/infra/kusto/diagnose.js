// Reads {tables: {name: schema}, queries: [text]} and the folder of Microsoft's language service;
// writes a list of what that finds wrong with each query.
const fs = require("fs");
const path = require("path");
const vm = require("vm");

for (const name of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  vm.runInThisContext(fs.readFileSync(path.join(process.argv[2], name), "utf8"), name);
}
const { GlobalState, KustoCode, Symbols } = Kusto.Language;
const { tables, queries } = JSON.parse(fs.readFileSync(0, "utf8"));
const symbols = Object.entries(tables).map(
  ([name, schema]) => new Symbols.TableSymbol.$ctor7(name, schema, null),
);
const database = new Symbols.DatabaseSymbol.$ctor1("logs", symbols, false);
const globals = GlobalState.Default.WithDatabase(database);
const found = queries.map((query) => {
  const diagnostics = KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
  return Array.from({ length: System.Array.getCount(diagnostics) }, (_, index) => {
    return System.Array.getItem(diagnostics, index).Message;
  });
});
process.stdout.write(JSON.stringify(found));
