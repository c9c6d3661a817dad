using System.Globalization;
using Google.Protobuf;

namespace MlOps.Learning.Onnx;

/// <summary>What a value of the graph holds.</summary>
internal enum OnnxElement
{
    /// <summary>Double precision.</summary>
    Double = TensorProto.Types.DataType.Double,

    /// <summary>Texts.</summary>
    Text = TensorProto.Types.DataType.String,
}

/// <summary>
/// An ONNX graph while it is built: inputs first, then nodes in the order of computation, then outputs. Every value is known by its name, which
/// <c>Add</c> gives out. All numbers are doubles, so that they are those of the product and not merely near them. Format and operators: onnx.ai.
/// </summary>
/// <param name="name">Name of the graph.</param>
internal sealed class OnnxGraph(string name)
{
    // TreeEnsemble came with version 5 of the operators for machine learning; OnnxRuntime has them since 1.20.
    private const int IrVersion = 10;
    private const int OperatorsVersion = 18;
    private const int LearningOperatorsVersion = 5;
    private const string Learning = "ai.onnx.ml";

    private readonly GraphProto _graph = new() { Name = name };
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _constants = new(StringComparer.Ordinal);

    /// <summary>Names of the inputs, in order.</summary>
    public IReadOnlyList<string> Inputs => [.. _graph.Input.Select(i => i.Name)];

    /// <summary>Names of the outputs, in order.</summary>
    public IReadOnlyList<string> Outputs => [.. _graph.Output.Select(o => o.Name)];

    /// <summary>A named input of one column, with as many rows as are fed.</summary>
    /// <param name="input">Name.</param>
    /// <param name="element">What it holds.</param>
    /// <param name="about">What people are told of it.</param>
    /// <exception cref="OnnxException">The name is empty, or given before.</exception>
    public string Input(string input, OnnxElement element, string about)
    {
        if (input.Length == 0 || !_taken.Add(input))
        {
            throw new OnnxException(input.Length == 0 ? "a column has no name, and an input of ONNX needs one" : $"two columns are named '{input}', and inputs of ONNX need names of their own");
        }

        _graph.Input.Add(Describe(input, element, 1, about));
        return input;
    }

    /// <summary>A node of one output.</summary>
    /// <param name="op">Operator of ONNX.</param>
    /// <param name="inputs">Names of its inputs.</param>
    /// <returns>Name of the output.</returns>
    public string Add(string op, params string[] inputs) => AddWith(op, [], inputs);

    /// <summary>A node with attributes.</summary>
    /// <param name="op">Operator.</param>
    /// <param name="attributes">Attributes.</param>
    /// <param name="inputs">Names of its inputs.</param>
    public string AddWith(string op, IEnumerable<AttributeProto> attributes, params string[] inputs) => AddNode("", op, attributes, Fresh(op), inputs);

    /// <summary>A node of the operators for machine learning.</summary>
    /// <inheritdoc cref="AddWith"/>
    public string AddLearning(string op, IEnumerable<AttributeProto> attributes, params string[] inputs) => AddNode(Learning, op, attributes, Fresh(op), inputs);

    /// <summary>A value in double precision.</summary>
    public string AsDouble(string value) => AddWith("Cast", [Attribute("to", (long)TensorProto.Types.DataType.Double)], value);

    /// <summary>A value as doubles that single precision has.</summary>
    public string Rounded(string value) => AsDouble(AddWith("Cast", [Attribute("to", (long)TensorProto.Types.DataType.Float)], value));

    /// <summary>A number.</summary>
    public string Constant(double value)
    {
        var key = value.ToString("R", CultureInfo.InvariantCulture);
        return _constants.TryGetValue(key, out var known) ? known : _constants[key] = Constant(OnnxTensors.Of([value]));
    }

    /// <summary>Values of the graph's own.</summary>
    public string Constant(TensorProto tensor)
    {
        tensor.Name = Fresh("constant");
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>A named output. Where an input has the name already, <c>_</c> is put behind it until none has.</summary>
    /// <param name="output">Name.</param>
    /// <param name="value">Value.</param>
    /// <param name="element">What it holds.</param>
    /// <param name="columns">Columns a row.</param>
    /// <param name="about">What people are told of it.</param>
    public void Output(string output, string value, OnnxElement element, int columns, string about)
    {
        while (!_taken.Add(output))
        {
            output += "_";
        }

        AddNode("", "Identity", [], output, value);
        _graph.Output.Add(Describe(output, element, columns, about));
    }

    /// <summary>The model of this graph; the same graph gives the same bytes.</summary>
    /// <param name="about">What people are told of it.</param>
    /// <param name="metadata">Facts by name.</param>
    public byte[] ToBytes(string about, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "MlOps", DocString = about, Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OperatorsVersion });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = Learning, Version = LearningOperatorsVersion });
        model.MetadataProps.Add(metadata.Select(m => new StringStringEntryProto { Key = m.Key, Value = m.Value }));
        return model.ToByteArray();
    }

    public static AttributeProto Attribute(string name, long value) => new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    public static AttributeProto Attribute(string name, TensorProto value) => new() { Name = name, T = value, Type = AttributeProto.Types.AttributeType.Tensor };

    public static AttributeProto Attribute(string name, IEnumerable<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.Add(values);
        return attribute;
    }

    public static AttributeProto Attribute(string name, IEnumerable<string> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Strings };
        attribute.Strings.Add(values.Select(ByteString.CopyFromUtf8));
        return attribute;
    }

    private string AddNode(string domain, string op, IEnumerable<AttributeProto> attributes, string output, params string[] inputs)
    {
        var node = new NodeProto { OpType = op, Domain = domain, Name = output };
        node.Input.Add(inputs);
        node.Output.Add(output);
        node.Attribute.Add(attributes);
        _graph.Node.Add(node);
        return output;
    }

    // Columns may be called anything, so also like this.
    private string Fresh(string kind)
    {
        var at = _taken.Count;
        var name = $"{kind}_{at}";
        while (!_taken.Add(name))
        {
            name = $"{kind}_{++at}";
        }

        return name;
    }

    private static ValueInfoProto Describe(string name, OnnxElement element, int columns, string about)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "rows" });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = columns });
        return new ValueInfoProto { Name = name, DocString = about, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)element, Shape = shape } } };
    }
}
