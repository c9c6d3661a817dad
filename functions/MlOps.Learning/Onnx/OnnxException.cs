namespace MlOps.Learning.Onnx;

/// <summary>Something has no form in ONNX; the message says what and why.</summary>
/// <param name="message">What is wrong.</param>
public sealed class OnnxException(string message) : Exception(message);
