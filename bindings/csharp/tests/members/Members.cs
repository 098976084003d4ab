using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Wsy.Members
{
    /// <summary>
    /// Prints every type and member of other assemblies that an assembly references, one per line, sorted:
    /// what it needs in order to run.
    /// </summary>
    internal static class Program
    {
        private static void Main(string[] arguments)
        {
            using (FileStream file = File.OpenRead(arguments[0]))
            using (PEReader program = new PEReader(file))
            {
                MetadataReader reader = program.GetMetadataReader();
                SortedSet<string> names = new SortedSet<string>(StringComparer.Ordinal);
                foreach (AssemblyReferenceHandle handle in reader.AssemblyReferences)
                {
                    AssemblyReference reference = reader.GetAssemblyReference(handle);
                    names.Add("assembly " + reader.GetString(reference.Name) + " " + reference.Version);
                }
                foreach (TypeReferenceHandle handle in reader.TypeReferences)
                    names.Add(Name(reader, handle));
                foreach (MemberReferenceHandle handle in reader.MemberReferences)
                {
                    MemberReference member = reader.GetMemberReference(handle);
                    string owner = Owner(reader, member.Parent);
                    if (owner != null)
                        names.Add(owner + "." + reader.GetString(member.Name) + Parameters(reader, member));
                }
                foreach (string name in names)
                    Console.WriteLine(name);
            }
        }

        private static string Owner(MetadataReader reader, EntityHandle parent)
        {
            if (parent.Kind == HandleKind.TypeReference)
                return Name(reader, (TypeReferenceHandle)parent);
            if (parent.Kind != HandleKind.TypeSpecification)
                return null;
            BlobReader signature = reader.GetBlobReader(
                reader.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
            if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
                return null;
            signature.ReadCompressedInteger();
            EntityHandle generic = signature.ReadTypeHandle();
            return generic.Kind == HandleKind.TypeReference ? Name(reader, (TypeReferenceHandle)generic) : null;
        }

        private static string Parameters(MetadataReader reader, MemberReference member)
        {
            if (member.GetKind() == MemberReferenceKind.Field)
                return "";
            BlobReader signature = reader.GetBlobReader(member.Signature);
            SignatureHeader header = signature.ReadSignatureHeader();
            if (header.IsGeneric)
                signature.ReadCompressedInteger();
            return "/" + signature.ReadCompressedInteger();
        }

        private static string Name(MetadataReader reader, TypeReferenceHandle handle)
        {
            TypeReference type = reader.GetTypeReference(handle);
            string name = reader.GetString(type.Name);
            if (type.ResolutionScope.Kind == HandleKind.TypeReference)
                return Name(reader, (TypeReferenceHandle)type.ResolutionScope) + "+" + name;
            return reader.GetString(type.Namespace) + "." + name;
        }
    }
}
