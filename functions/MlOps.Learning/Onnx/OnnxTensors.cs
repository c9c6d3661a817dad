using System.Buffers.Binary;
using Google.Protobuf;

namespace MlOps.Learning.Onnx;

/// <summary>Values as ONNX keeps them: little-endian bytes, and texts one by one.</summary>
internal static class OnnxTensors
{
    public static TensorProto Of(ReadOnlySpan<double> values, params long[] dims)
    {
        var bytes = new byte[values.Length * sizeof(double)];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        }

        return Raw(TensorProto.Types.DataType.Double, bytes, dims);
    }

    public static TensorProto Of(ReadOnlySpan<long> values, params long[] dims)
    {
        var bytes = new byte[values.Length * sizeof(long)];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        }

        return Raw(TensorProto.Types.DataType.Int64, bytes, dims);
    }

    public static TensorProto Of(ReadOnlySpan<byte> values, params long[] dims) => Raw(TensorProto.Types.DataType.Uint8, values, dims);

    public static TensorProto Of(IReadOnlyList<string> values, params long[] dims)
    {
        var tensor = new TensorProto { DataType = (int)TensorProto.Types.DataType.String };
        tensor.Dims.Add(dims);
        tensor.StringData.Add(values.Select(ByteString.CopyFromUtf8));
        return tensor;
    }

    private static TensorProto Raw(TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, long[] dims)
    {
        var tensor = new TensorProto { DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.Add(dims);
        return tensor;
    }
}
